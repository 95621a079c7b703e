import type { KernelEvent } from '../../src/kernel-trace/kernel-event.ts';

/** An event in the kernel's own words, as far as both readers have them. */
export type TextEvent = Readonly<Record<string, string>>;

const NAMES: Readonly<Record<string, KernelEvent['kind']>> = {
  inet_sock_set_state: 'tcp-state',
  tcp_send_reset: 'send-reset',
  tcp_receive_reset: 'receive-reset',
  tcp_retransmit_skb: 'retransmit',
  tcp_destroy_sock: 'destroy',
};

/** Reads a line of tracefs' `trace` or `trace_pipe`; null: it is none of our events. */
export function eventFromText(line: string): TextEvent | null {
  const [, seconds, name = '', fields = ''] = /([\d.]+): (\w+): (.*)$/.exec(line) ?? [];
  const kind = NAMES[name];
  if (kind === undefined) return null;
  const value = (field: string) => new RegExp(`\\b${field}=(\\S+)`).exec(fields)?.[1] ?? '';
  const [, localAddress = value('saddr'), localPort = value('sport')] = endpoint(value('src'));
  const [, remoteAddress = value('daddr'), remotePort = value('dport')] = endpoint(value('dest'));
  const states = kind === 'tcp-state' ? { from: value('oldstate'), to: value('newstate') } : {};
  const reason = kind === 'send-reset' ? { reason: value('reason') } : {};
  return {
    kind,
    at: Number(seconds).toFixed(3),
    localAddress,
    localPort,
    remoteAddress,
    remotePort,
    ...states,
    ...reason,
  };
}

/** The same of one of our events. The text has microseconds; three digits bear its rounding. */
export function textOf(event: KernelEvent): TextEvent {
  if (event.kind === 'lost') return { kind: event.kind };
  const states =
    event.kind === 'tcp-state' ? { from: kernelState(event.from), to: kernelState(event.to) } : {};
  const reason = event.kind === 'send-reset' ? { reason: event.reason ?? '' } : {};
  return {
    kind: event.kind,
    at: (Math.round(event.at * 1000) / 1e6).toFixed(3),
    localAddress: event.localAddress,
    localPort: String(event.localPort),
    remoteAddress: event.remoteAddress,
    remotePort: String(event.remotePort),
    ...states,
    ...reason,
  };
}

function endpoint(text: string): readonly (string | undefined)[] {
  return /^\[?([^\]]*?)\]?:(\d+)$/.exec(text) ?? [];
}

function kernelState(tcpState: string): string {
  const names: Readonly<Record<string, string>> = {
    'FIN-WAIT-1': 'TCP_FIN_WAIT1',
    'FIN-WAIT-2': 'TCP_FIN_WAIT2',
    'SYN-RECEIVED': 'TCP_SYN_RECV',
    CLOSED: 'TCP_CLOSE',
  };
  return names[tcpState] ?? `TCP_${tcpState.replaceAll('-', '_')}`;
}

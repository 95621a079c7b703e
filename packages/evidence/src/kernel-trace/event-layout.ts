import type { EventField, EventFormat } from './parse-event-format.ts';
import { stateIndexes } from './trace-state.ts';

/** What happened, in the order of the numbers that stand for it in a batch. */
export const EVENT_KINDS = [
  'tcp-state',
  'send-reset',
  'receive-reset',
  'retransmit',
  'destroy',
  'lost',
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

/** The kernel's events that are read, and what each stands for. Only the first is a must. */
export const TRACE_EVENTS = [
  { path: 'sock/inet_sock_set_state', kind: 'tcp-state' },
  { path: 'tcp/tcp_send_reset', kind: 'send-reset' },
  { path: 'tcp/tcp_receive_reset', kind: 'receive-reset' },
  { path: 'tcp/tcp_retransmit_skb', kind: 'retransmit' },
  { path: 'tcp/tcp_destroy_sock', kind: 'destroy' },
] as const satisfies readonly { path: string; kind: EventKind }[];

/** Where a number lies in an event. */
export interface Place {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly signed: boolean;
}

/** An address as the event has it: IPv6 (IPv4 mapped), or IPv4 only, or a whole `struct sockaddr_in6`. */
export interface AddressPlace {
  readonly form: 'ipv6' | 'ipv4' | 'sockaddr';
  readonly offset: number;
}

/** Where one kind of event has what. `null`: this kernel's event does not say. */
export interface EventLayout {
  readonly kind: EventKind;
  readonly id: number;
  /** An event shorter than this does not hold its own fields. */
  readonly sizeBytes: number;
  readonly contextFlags: Place | null;
  readonly taskId: Place | null;
  readonly socket: Place;
  readonly oldState: Place | null;
  /** The state after the event; of all but `tcp-state`: the state when it happened. */
  readonly tcpState: Place | null;
  readonly protocol: Place | null;
  readonly family: Place | null;
  readonly reason: Place | null;
  readonly localPort: Place | null;
  readonly remotePort: Place | null;
  readonly local: AddressPlace | null;
  readonly remote: AddressPlace | null;
  readonly stateIndexes: Uint8Array;
  readonly reasonNames: ReadonlyMap<number, string>;
}

/** Finds the fields in a format. Gives null without a socket address: then events cannot be told apart. */
export function eventLayout(
  kind: EventKind,
  format: EventFormat,
  stateNames?: ReadonlyMap<number, string>,
): EventLayout | null {
  const place = (name: string, ...sizes: number[]) => numberPlace(format.fields.get(name), sizes);
  const socket = place('skaddr', 4, 8);
  if (!socket) return null;
  return {
    kind,
    id: format.id,
    sizeBytes: Math.max(
      ...[...format.fields.values()].map((field) => field.offset + field.sizeBytes),
    ),
    contextFlags: place('common_flags', 1),
    taskId: place('common_pid', 4),
    socket,
    oldState: place('oldstate', 1, 2, 4),
    tcpState: place('newstate', 1, 2, 4) ?? place('state', 1, 2, 4),
    protocol: place('protocol', 1, 2),
    family: place('family', 2),
    reason: place('reason', 1, 2, 4),
    localPort: place('sport', 2),
    remotePort: place('dport', 2),
    local: addressPlace(format, 'saddr'),
    remote: addressPlace(format, 'daddr'),
    stateIndexes: stateIndexes(format.symbols.get('newstate') ?? stateNames),
    reasonNames: format.symbols.get('reason') ?? new Map<number, string>(),
  };
}

function numberPlace(field: EventField | undefined, sizes: readonly number[]): Place | null {
  if (!field || field.length !== 1 || !sizes.includes(field.sizeBytes)) return null;
  return { offset: field.offset, sizeBytes: field.sizeBytes, signed: field.signed };
}

/** The `_v6` field is set for IPv4 as well (mapped), so it is the better one where there are both. */
function addressPlace(format: EventFormat, name: string): AddressPlace | null {
  const ipv6 = format.fields.get(`${name}_v6`);
  if (ipv6?.sizeBytes === 16) return { form: 'ipv6', offset: ipv6.offset };
  const plain = format.fields.get(name);
  if (plain?.sizeBytes === 28) return { form: 'sockaddr', offset: plain.offset };
  return plain?.sizeBytes === 4 ? { form: 'ipv4', offset: plain.offset } : null;
}

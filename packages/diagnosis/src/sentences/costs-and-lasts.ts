import type { ProcessInfo } from '@farewell/core';
import { bytes, counted, duration, number, perSecond } from '../words.ts';
import type { Who } from './who.ts';

/** What sockets cost and how long they last: the same words in many verdicts. */

export const costs = {
  descriptors: (facts: {
    count: number;
    process: ProcessInfo | null;
    growth: number | null;
    exhaustedIn: number | null;
  }): string => {
    const { count, process, growth, exhaustedIn } = facts;
    const limit = process?.descriptorLimit ?? null;
    if (limit === null) {
      return `${counted(count, 'file descriptor')}; the limit of the process is not visible`;
    }
    const held = `${number(count)} of ${counted(limit, 'file descriptor')}`;
    if (exhaustedIn === null || growth === null) return held;
    return `${held}; at ${perSecond(growth)} the rest are gone in ${duration(exhaustedIn * 1000)}`;
  },
  memory: (value: number): string => `${bytes(value)} of kernel memory`,
  queues: (value: number): string =>
    `${bytes(value)} in the kernel's send queues, and whatever the application has buffered`,
  timeWaitMemory: (value: number): string =>
    `${bytes(value)} of kernel memory (256 bytes each); no port, no descriptor`,
  ports: (facts: { used: number; size: number; from: string; to: string; assumed: boolean }) =>
    `${number(facts.used)} of ${number(facts.size)} ports from ${facts.from} to ${facts.to}` +
    (facts.assumed ? ' (the default range; the setting was not read)' : ''),
  buckets: (value: number, limit: number): string =>
    `${number(value)} of ${number(limit)} TIME-WAITs that the kernel keeps (tcp_max_tw_buckets)`,
} as const;

export const lasts = {
  timeWait: {
    text: (youngest: number | null): string =>
      youngest === null
        ? '60 s each'
        : `60 s each; the last of these ends in ${duration(youngest)}`,
    because:
      'TCP_TIMEWAIT_LEN is fixed in the kernel, no sysctl changes it; a FIN that the peer repeats starts the 60 s again',
  },
  timeWaitElsewhere: {
    text: 'twice the maximum segment lifetime of that system',
    because: 'macOS: sysctl net.inet.tcp.msl',
  },
  untilClosed: (app: string) => ({
    text: `until ${app} closes them or ends`,
    because:
      'CLOSE-WAIT has no timer of its own; keep-alive, where it is on, ends it only once the peer is gone',
  }),
  retransmits: {
    text: (ms: number): string =>
      `at least ${duration(ms)} from the first try, longer on a slow path`,
    orphan: (tries: number): string =>
      `no process holds them: the kernel gives up after ${tries} tries (tcp_orphan_retries)`,
    owned: (tries: number): string =>
      `the kernel gives up after ${tries} tries, each at most 120 s apart (tcp_retries2)`,
  },
  orphan: {
    text: (ms: number | null): string =>
      ms === null ? 'tcp_fin_timeout; it was not read' : `at most ${duration(ms)}`,
    because: 'tcp_fin_timeout ends a FIN-WAIT-2 that no process holds',
  },
  untilRead: (peer: string) => ({
    text: `until ${peer} reads or its machine stops answering`,
    because: 'the peer answers every window probe, so the kernel goes on asking',
  }),
  untilReadOrphan: (peer: string, most: number) => ({
    text: `until ${peer} reads, at most ${duration(most)} from the first probe`,
    because:
      'no process holds them: the kernel gives up once the pause between probes, which doubles, has reached 120 s (tcp_rto_max_ms where it exists)',
  }),
  forEver: {
    text: 'without end while nothing is sent',
    because:
      'no keep-alive timer runs; only a segment that goes unanswered shows that a peer is gone',
  },
  portsFree: {
    text: '60 s after each close',
    because: 'a port towards one destination is free again when its TIME-WAIT ends',
  },
  whileAccepting: (app: string) => ({
    text: `until ${app} accepts faster than connections arrive`,
    because: 'the queue has no timer: connections wait in it until accept()',
  }),
  untilPeerCloses: (who: Who) => ({
    text: `until ${who.peer} sends FIN or ${who.app} closes the descriptor`,
    because:
      'FIN-WAIT-2 has no timer of its own while a process holds the socket; tcp_fin_timeout ends only orphans',
  }),
} as const;

import { duration, number, perSecond } from '../words.ts';
import type { Who } from './who.ts';

/** What runs out: queues, descriptors, ports, TIME-WAITs. */

export const listenQueue = {
  full: (app: string): string =>
    `the accept queue is full: ${app} accepts more slowly than connections arrive`,
  dropped: 'the kernel dropped SYNs or ACKs of new connections because an accept queue was full',
  earlier:
    'the kernel dropped SYNs or ACKs of new connections some time ago because an accept queue was full',
  queue: (port: number, queued: number, limit: number): string =>
    `port ${port}: ${number(queued)} not accepted yet, the queue holds ${number(limit)}`,
  places: (queued: number, limit: number): string =>
    `${number(queued)} connections wait in an accept queue of ${number(limit)}`,
  grew: (name: string, by: number, watched: number): string =>
    `${name} grew by ${number(by)} in ${duration(watched)}, in the whole namespace`,
  sinceBoot: (name: string, value: number): string =>
    `${name} is ${number(value)} since the namespace was made; it is not known when`,
  still: (name: string, value: number, watched: number): string =>
    `${name} is ${number(value)} since the namespace was made, and did not move in ${duration(watched)}`,
  do: [
    'Look for what blocks accept(): a busy event loop, a full thread pool, no descriptors left.',
    'For bursts: a longer backlog in listen(), and net.core.somaxconn at least as large.',
  ],
  watch: ['Watch while it happens: the counter alone says neither when nor which port.'],
} as const;

export const descriptorExhaustion = {
  full: (app: string): string => `${app} has no file descriptors left: accept() and connect() fail`,
  near: (app: string): string => `${app} is close to its limit of file descriptors`,
  growing: (app: string): string =>
    `${app} loses descriptors to sockets that it does not close, and will run out`,
  open: (open: number, limit: number): string =>
    `${number(open)} descriptors open, the soft limit is ${number(limit)}`,
  leaking: (growth: number, watched: number): string =>
    `sockets in CLOSE-WAIT and FIN-WAIT-2: ${perSecond(growth)} over ${duration(watched)} watched`,
  lasts: {
    text: 'until descriptors are closed',
    because: 'the soft limit RLIMIT_NOFILE is checked whenever a descriptor is opened',
  },
  do: (isLeaking: boolean): readonly string[] => [
    isLeaking
      ? 'Mend the leak first (close-wait-leak, fin-wait-2-held): a higher limit only delays the end.'
      : 'Raise the limit (LimitNOFILE=, ulimit -n) if so many connections are meant to be open.',
  ],
} as const;

export const portExhaustion = {
  now: ({ app }: Who, to: string): string =>
    `no port is left for new connections to ${to}: connect() in ${app} fails with EADDRNOTAVAIL`,
  soon: ({ app }: Who, to: string): string =>
    `${app} is running out of ports for connections to ${to}`,
  reused: ({ app }: Who, to: string): string =>
    `${app} has used all ports for connections to ${to}; new ones take over TIME-WAITs older than 1 s`,
  used: (used: number, timeWaits: number, from: string): string =>
    `${number(used)} ports in use from ${from}, ${number(timeWaits)} of them in TIME-WAIT`,
  range: (first: number, last: number, size: number): string =>
    `ports ${first} to ${last}: ${number(size)} for each source address and destination`,
  reusable: (count: number): string =>
    `${number(count)} of the TIME-WAITs may be taken over, for tcp_tw_reuse allows it here after 1 s`,
  rate: (rate: number, most: number): string =>
    `${number(rate)} closes a second by the client; ${number(most)} a second is the most that these ports can bear`,
  do: [
    'Let the server send the first FIN: then no port of the client waits (RFC 6455 §7.1.1).',
    'Keep connections open and reuse them instead of opening one for each message.',
    'A wider net.ipv4.ip_local_port_range or more source addresses raise the limit in proportion.',
  ],
} as const;

export const timeWaitOverflow = {
  now: 'the kernel drops TIME-WAITs, because there are more than tcp_max_tw_buckets',
  near: 'TIME-WAITs are close to tcp_max_tw_buckets; beyond it the kernel drops them without a message',
  earlier:
    'the kernel has dropped TIME-WAITs some time ago, because there were more than tcp_max_tw_buckets',
  grew: (by: number, watched: number): string =>
    `TCPTimeWaitOverflow grew by ${number(by)} in ${duration(watched)}`,
  since: (value: number): string =>
    `TCPTimeWaitOverflow is ${number(value)} since the namespace was made; it is not known when`,
  still: (value: number, watched: number): string =>
    `TCPTimeWaitOverflow is ${number(value)} since the namespace was made, and did not move in ${duration(watched)}`,
  held: (count: number, limit: number): string =>
    `${number(count)} TIME-WAITs in the namespace, tcp_max_tw_buckets is ${number(limit)}`,
  lasts: {
    text: 'while closes go on at this rate',
    because: 'each TIME-WAIT lasts 60 s, and the limit is on their number',
  },
  do: [
    'Raise net.ipv4.tcp_max_tw_buckets: a TIME-WAIT is 256 bytes, so 100,000 more are 26 MB.',
    'Fewer, longer connections need fewer TIME-WAITs.',
  ],
} as const;

import type { ProcessInfo } from '@farewell/core';
import { bytes, counted, duration, number, perSecond } from './words.ts';

/**
 * Every sentence of the diagnosis, by verdict. Facts come in, text goes out; what is decided is decided
 * in the rules. A sentence is true for Linux 6.18 or does not stand here.
 */

/** The two sides as sentences call them: "java", "the client". */
export interface Who {
  readonly app: string;
  readonly peer: string;
}

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
  untilPeerCloses: (who: Who) => ({
    text: `until ${who.peer} sends FIN or ${who.app} closes the descriptor`,
    because:
      'FIN-WAIT-2 has no timer of its own while a process holds the socket; tcp_fin_timeout ends only orphans',
  }),
} as const;

export const timeWaitOnServer = {
  summary: ({ app }: Who): string =>
    `${app} sent the first FIN, so TIME-WAIT is on the server, where RFC 6455 §7.1.1 wants it`,
  count: (count: number): string => `${counted(count, 'socket')} of the server in TIME-WAIT`,
  rate: (rate: number, window: number): string =>
    `${number(rate)} closes a second by the server, over the last ${duration(window)}`,
  byListener: (port: number): string => `port ${port} is listened on here: the server's end`,
  byPorts: (port: number): string =>
    `no listener on port ${port} was seen; the ports say that this is the server's end`,
  do: ['Nothing: this is healthy. It blocks neither new clients nor a restart with SO_REUSEADDR.'],
} as const;

export const timeWaitOnClient = {
  summary: ({ app }: Who, destination: string): string =>
    `${app}, the client, sent the first FIN to ${destination}, so each of its ports waits for 60 s`,
  count: (count: number): string => `${counted(count, 'socket')} of the client in TIME-WAIT`,
  rate: (rate: number, window: number): string =>
    `${number(rate)} closes a second by the client, over the last ${duration(window)}`,
  reusable: (count: number): string =>
    `${number(count)} of these ports may be taken over by new connections: tcp_tw_reuse allows it after 1 s`,
  do: (isCostly: boolean): readonly string[] => [
    'Let the server send the first FIN: after the Close frames the client waits for it, with a deadline (RFC 6455 §7.1.1).',
    isCostly
      ? 'Keep connections open instead of opening one for each message; every close of the client takes a port for 60 s.'
      : 'At this rate nothing needs to be done.',
  ],
} as const;

export const closeWait = {
  summary: ({ app, peer }: Who): string => `${peer} sent FIN, ${app} never closed its side`,
  perhaps: ({ app, peer }: Who): string => `${peer} sent FIN, ${app} has not closed its side yet`,
  stuck: (count: number, oldest: number): string =>
    `${counted(count, 'socket')} in CLOSE-WAIT for 1 s or longer, one for at least ${duration(oldest)}`,
  passing: (count: number): string =>
    `${number(count)} more arrived less than 1 s ago and may be passing through`,
  ageless: (count: number): string =>
    `${counted(count, 'socket')} in CLOSE-WAIT; this table does not say since when`,
  growth: (rate: number, watched: number): string =>
    `${perSecond(rate)} over ${duration(watched)} watched`,
  endRead: (count: number, app: string): string =>
    `${number(count)} with an empty receive queue: ${app} has read the end of the stream and did not close`,
  endUnread: (count: number, app: string): string =>
    `${number(count)} with a receive queue: ${app} has not read up to the end of the stream`,
  unsent: (count: number): string =>
    `${number(count)} with data that the peer has not acknowledged in the send queue`,
  notAccepted: (count: number): string =>
    `${number(count)} without a descriptor: still in the accept queue, never accepted`,
  otherHolders: (count: number): string =>
    `${counted(count, 'socket')} of these are held by other processes`,
  do: (isAgeKnown: boolean): readonly string[] => [
    'Close the session when the incoming stream ends, also after an exception: `finally { close }`.',
    'Give the closing handshake a deadline, then drop the connection whatever the peer does.',
    ...(isAgeKnown
      ? []
      : ['Look again after some seconds: the same sockets still there are leaked.']),
  ],
} as const;

export const finWait2Held = {
  summary: ({ app, peer }: Who): string =>
    `${app} sent FIN and keeps the socket; ${peer} acknowledged it and never closed its side`,
  stuck: (count: number, oldest: number): string =>
    `${counted(count, 'socket')} in FIN-WAIT-2 for 1 s or longer, one for at least ${duration(oldest)}, with a descriptor`,
  ageless: (count: number): string =>
    `${counted(count, 'socket')} in FIN-WAIT-2 with a descriptor; this table does not say since when`,
  passing: (count: number): string =>
    `${number(count)} more arrived less than 1 s ago and may be passing through`,
  noTimer: (watched: number): string =>
    `still there after ${duration(watched)}, longer than tcp_fin_timeout leaves an orphan`,
  mirror: (count: number): string =>
    `the other end of ${number(count)} of them is on this machine, in CLOSE-WAIT`,
  do: ({ peer }: Who): readonly string[] => [
    `Put a deadline on the wait for the peer's FIN, then close the descriptor (or reset the connection).`,
    `Look at ${peer}: its end is in CLOSE-WAIT, and its application has not closed it.`,
  ],
} as const;

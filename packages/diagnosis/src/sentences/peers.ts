import { bytes, counted, duration, number } from '../words.ts';
import type { Who } from './who.ts';

/** Peers that are gone, silent or slow, and what cuts the silent ones. */

export const peerGone = {
  summary: ({ app, peer }: Who): string =>
    `${app} sent data that ${peer} does not acknowledge: the peer or the path to it is gone`,
  count: (count: number, tries: number): string =>
    `${counted(count, 'socket')} in ESTABLISHED, data sent again up to ${counted(tries, 'time')} without an answer`,
  silent: (ms: number): string => `nothing was heard from one of them for ${duration(ms)}`,
  queued: (value: number): string => `${bytes(value)} in the send queues`,
  do: [
    'Send pings with a deadline for the reply, and reset the connection when it passes (terminate, not close).',
    'TCP_USER_TIMEOUT on the socket limits the wait where it can be set.',
  ],
} as const;

export const halfOpenSuspect = {
  summary: ({ app, peer }: Who): string =>
    `idle, and keep-alive is off: if ${peer} vanished, ${app} would never find out`,
  count: (count: number, least: number, idle: number): string =>
    `${counted(count, 'socket')} idle for ${duration(least)} or longer, the longest for ${duration(idle)}; no timer runs`,
  cut: (count: number, longest: number): string =>
    `${number(count)} of them idle for more than ${duration(longest)}: proxies and load balancers usually cut earlier`,
  gone: (count: number): string =>
    `the other end of ${number(count)} would be on this machine and is not there`,
  do: [
    'Send a ping every 20 to 50 s and expect the pong; that also keeps proxies from cutting the connection.',
    'Or switch TCP keep-alive on. Whether a peer is alive shows as soon as something is sent to it.',
  ],
} as const;

export const slowConsumer = {
  summary: ({ app, peer }: Who): string =>
    `${peer} is alive and does not read what ${app} sends; data piles up`,
  count: (count: number, queued: number): string =>
    `${counted(count, 'socket')} with a closed window, ${bytes(queued)} in the send queues`,
  lasted: (watched: number): string =>
    `waiting for the window in most of the ${duration(watched)} watched`,
  do: [
    'Stop sending above a high-water mark (bufferedAmount), and drop or close who stays behind for too long.',
    'A heartbeat does not find these: the peer may still answer, or its pong may wait behind your data.',
  ],
} as const;

export const idleCut = {
  byUs: ({ app }: Who, age: number): string =>
    `${app} closes connections on which nothing moved for ${duration(age)}: an idle timeout of its own`,
  byOther: ({ peer }: Who, age: number): string =>
    `connections end at the same idle age, ${duration(age)}: ${peer} or something on the way cuts them`,
  unknown: (age: number): string =>
    `connections end at the same idle age, ${duration(age)}: somebody cuts them; who, this source cannot tell`,
  cluster: (count: number, known: number, range: readonly [from: number, to: number]): string =>
    `${number(count)} of ${counted(known, 'connection')} ended when no data had moved for ${duration(range[0])} to ${duration(range[1])}`,
  spread: (over: number): string => `they did not end together, but over ${duration(over)}`,
  together:
    'all within a moment: they may also have been closed together after a last common message',
  matches: (names: readonly string[]): string =>
    `by default ${names.join(', ')} cut${names.length === 1 ? 's' : ''} at that age`,
  noMatch: 'no well-known default has this age',
  lasts: (age: number): string => `every connection without data for ${duration(age)} ends`,
  because: 'only data moves the timer; whoever sets it says for how long',
  do: (isOwn: boolean): readonly string[] =>
    isOwn
      ? [
          'Nothing, if that is meant. Else raise the idle timeout, or send pings more often than that.',
        ]
      : [
          'Send a ping more often than that: every 20 to 50 s is below all usual limits.',
          'Or raise the limit of what is in between (proxy_read_timeout, idle timeout).',
        ],
} as const;

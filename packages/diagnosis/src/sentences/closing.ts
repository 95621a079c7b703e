import { bytes, counted, duration, number, perSecond } from '../words.ts';
import type { Who } from './who.ts';

/** Closes that hang, and those that do not. */

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
    `${counted(count, 'socket')} in FIN-WAIT-2 for 1 s or longer, one for at least ${duration(oldest)}, held by a process`,
  ageless: (count: number): string =>
    `${counted(count, 'socket')} in FIN-WAIT-2, held by a process; this table does not say since when`,
  passing: (count: number): string =>
    `${number(count)} more arrived less than 1 s ago and may be passing through`,
  outlived: (count: number, watched: number): string =>
    `${number(count)} still there after ${duration(watched)}, longer than tcp_fin_timeout leaves an orphan`,
  mirror: (count: number): string =>
    `the other end of ${number(count)} of them is on this machine, in CLOSE-WAIT`,
  do: ({ peer }: Who): readonly string[] => [
    `Put a deadline on the wait for the peer's FIN, then close the descriptor (or reset the connection).`,
    `Look at ${peer}: its end is in CLOSE-WAIT, and its application has not closed it.`,
  ],
} as const;

export const finWait2Orphan = {
  summary: ({ app, peer }: Who): string =>
    `${app} closed; ${peer} acknowledged the FIN and has not sent its own; no process holds the socket`,
  count: (count: number): string => `${counted(count, 'orphan')} in FIN-WAIT-2`,
  timer: (ms: number): string => `the last of their timers ends in ${duration(ms)}`,
  setting: (ms: number): string => `tcp_fin_timeout is ${duration(ms)}`,
  do: (isMany: boolean, { peer }: Who): readonly string[] => [
    isMany
      ? `Find out why ${peer} does not close: its end is in CLOSE-WAIT, or its machine is gone.`
      : 'Nothing: the kernel ends them by itself.',
  ],
} as const;

export const finUnanswered = {
  summary: ({ app, peer }: Who): string =>
    `${app} closed, and ${peer} does not acknowledge it; the kernel sends the FIN again and again`,
  count: (count: number, states: string, tries: number): string =>
    `${counted(count, 'socket')} in ${states}, sent again up to ${counted(tries, 'time')} without an answer`,
  orphans: (count: number): string => `${number(count)} of them held by no process`,
  do: (isHeld: boolean): readonly string[] => [
    'Nothing for single ones: peers vanish, and the kernel gives up by itself.',
    'Many at once: look at the network, or at a firewall that forgot the connections.',
    ...(isHeld
      ? [
          'After your own deadline reset the connection (RST) instead of waiting for the FIN to be acknowledged.',
        ]
      : []),
  ],
} as const;

export const finBlocked = {
  summary: ({ app, peer }: Who): string =>
    `${app} closed, but its FIN waits behind data that ${peer} does not read; the peer is alive`,
  count: (count: number, queued: number): string =>
    `${counted(count, 'socket')} with FIN queued behind a zero window, ${bytes(queued)} not acknowledged`,
  lasted: (watched: number): string =>
    `the window stayed closed for the ${duration(watched)} watched`,
  do: ({ peer }: Who): readonly string[] => [
    'Give the flush a deadline; past it reset the connection (RST), which drops the unread data.',
    `Find out why ${peer} stopped reading: paused, blocked or overloaded.`,
  ],
} as const;

export const simultaneousClose = {
  summary:
    'both sides sent FIN before they had the other one: a simultaneous close (RFC 9293 §3.6, Figure 13)',
  count: (count: number, ended: number): string =>
    `${counted(count, 'connection')} of ${number(ended)} that ended went through CLOSING`,
  lasts: {
    text: '60 s at each end',
    because: 'after a simultaneous close both ends hold TIME-WAIT',
  },
  do: [
    'Nothing. If the client is to hold no port, let the server alone send the first FIN (RFC 6455 §7.1.1).',
  ],
} as const;

import { counted, duration, number } from '../words.ts';
import type { Who } from './who.ts';

/** Connections that ended by RST, and attempts that do not stop. */

/** What is the same for every reset. */
const resets = {
  lasts: {
    text: 'nothing is left of these connections',
    because: 'an RST ends both ends at once, without TIME-WAIT',
  },
  share: (count: number, ended: number, watched: number): string =>
    `${number(count)} of ${counted(ended, 'connection')} that ended in ${duration(watched)}`,
  reason: (reason: string, count: number): string =>
    `the kernel's reason for ${number(count)}: ${reason}`,
  counter: (name: string, by: number, watched: number): string =>
    `${name} grew by ${number(by)} in ${duration(watched)}, in the whole namespace`,
  others: (ended: number, all: number): string =>
    `${number(ended)} of the ${counted(all, 'socket')} that died in the namespace meanwhile were of this target`,
} as const;

export const resetByPeer = {
  ...resets,
  summary: ({ app, peer }: Who): string =>
    `an RST from ${peer}, or from something on the way to it, ended the connection of ${app}`,
  brief:
    'nearly all connections here live for less than 1 s: checks by load balancers end like that',
  counted: 'RSTs came in, by the counters of the namespace; which port they met cannot be told',
  estab: (count: number, watched: number): string =>
    `EstabResets grew by ${number(count)} more than this namespace's own aborts in ${duration(watched)}`,
  do: ({ peer }: Who): readonly string[] => [
    `Look at ${peer}: a crash, a kill, linger 0, close() with unread data, or a proxy's idle limit.`,
    'Note the errno: ECONNRESET reaches the socket, but ws shows 1006 and nothing else.',
  ],
} as const;

export const resetByUs = {
  ...resets,
  summary: ({ app }: Who): string => `${app} ended the connection by RST instead of FIN`,
  keepAlive: ({ app, peer }: Who): string =>
    `keep-alive of ${app} got no answer from ${peer}, and the kernel reset the connection`,
  counted:
    'connections were reset from this side, by linger 0 or for data that came after close(): the counter does not tell which',
  linger:
    'TCP_STATE: the application asked for it (linger 0, resetAndDestroy()), or somebody killed the socket (ss -K)',
  keepAliveReason: 'TCP_KEEPALIVE_TIMEOUT: the probes were not answered',
  other: (reason: string | null): string =>
    reason === null ? 'this kernel gives no reason' : `the kernel's word: ${reason}`,
  of: (count: number, text: string): string => `${number(count)}: ${text}`,
  do: (isKeepAlive: boolean): readonly string[] =>
    isKeepAlive
      ? ['Nothing: this is how keep-alive clears up after peers that vanished.']
      : [
          'An RST throws away what is still under way, in both directions: close with FIN, and reset only past a deadline.',
          'Do not use linger 0 to avoid TIME-WAIT: on the server it costs 256 bytes and nothing else.',
        ],
} as const;

export const resetWithUnreadData = {
  ...resets,
  summary: ({ app, peer }: Who): string =>
    `${app} closed while data from ${peer} waited unread, so the kernel sent RST instead of FIN`,
  counted: 'sockets were closed with unread data, so the kernel sent RST instead of FIN',
  do: [
    'Read to the end (resume, drain) before close(), at least until the Close frame has come.',
    'With unread data the peer may lose what you sent last, its Close frame included: it sees 1006.',
  ],
} as const;

export const resetDataAfterClose = {
  ...resets,
  summary: ({ app, peer }: Who): string =>
    `${app} had closed its socket when more data from ${peer} came; nobody can read it, so the kernel sent RST`,
  late: (count: number): string =>
    `${number(count)} answered by what was left of a closed socket (an orphaned FIN-WAIT-2 or TIME-WAIT)`,
  mixed: 'RSTs of that kind are counted by port, for all network namespaces together',
  do: ({ peer }: Who): readonly string[] => [
    'Finish the closing handshake first: after both Close frames no message can be under way (RFC 6455 §7.1.1).',
    `What ${peer} sent after your close is lost, and its socket shows ECONNRESET or 1006.`,
  ],
} as const;

export const reconnectStorm = {
  failing: ({ app, peer }: Who, role: 'client' | 'server'): string =>
    role === 'client'
      ? `${app} connects again and again without a pause; the attempts fail`
      : `${peer} connects again and again without a pause; the connections are reset at once`,
  perhaps: ({ app, peer }: Who, role: 'client' | 'server'): string =>
    `${role === 'client' ? app : peer} opens connections that end at once, one after the other; requests without keep-alive look the same`,
  rate: (rate: number, watched: number): string =>
    `${number(rate)} attempts a second over ${duration(watched)} watched`,
  brief: (count: number, ended: number): string =>
    `${number(count)} of ${counted(ended, 'connection')} lived for less than 1 s or never opened`,
  refused: (count: number): string => `${number(count)} never opened`,
  reset: (count: number): string => `${number(count)} ended by RST`,
  live: (count: number): string => `${counted(count, 'connection')} open at the end`,
  lasts: {
    text: 'as long as the attempts go on',
    because: 'without a growing, random pause every failure brings the next attempt at once',
  },
  do: [
    'Wait between attempts: twice as long each time, with a random part, up to a minute; begin anew only after a connection has lasted.',
    'Find out why the connections end: close codes, the access log, whether the service listens at all.',
  ],
} as const;

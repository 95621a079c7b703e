import type { Role } from '@farewell/core';
import { counted, number } from '../words.ts';

/**
 * Every sentence about a connection that was seen in packets, by verdict. A summary has no figures: it
 * stands for many connections. `role` and `by` are `client` and `server`.
 */

const both = 'both sides';

/** What packets add to a verdict that the socket table gives. */
export const seenInPackets = {
  webSocket: (count: number): string => `${number(count)} of them speak WebSocket`,
  likelyWebSocket: (count: number): string =>
    `${number(count)} of them send what looks like WebSocket frames`,
  same: (count: number): string => `packets show the same for ${counted(count, 'connection')}`,
  also: (id: string, count: number): string =>
    `packets show ${id} for ${counted(count, 'connection')}`,
} as const;

/** Why something that did not come may have been sent nevertheless, and what would decide it. */
export const lossElsewhere =
  'the capture lost packets of other connections, so an answer may have come: `farewell why` there, or a capture without loss, decides';

export const timeWait = {
  summary: (role: Role, kind: 'crossed' | 'websocket' | 'other'): string => {
    if (kind === 'crossed') return `the FINs crossed, so both ends hold TIME-WAIT, the ${role} too`;
    if (role === 'client')
      return 'the client sent the first FIN, so one of its own ports waits in TIME-WAIT';
    const wanted = kind === 'websocket' ? ', where RFC 6455 §7.1.1 wants it' : '';
    return `the server sent the first FIN, so it holds TIME-WAIT${wanted}`;
  },
  fins: (facts: { role: Role; gap: string | null; isCrossed: boolean }): string => {
    if (facts.isCrossed) return "each FIN was sent before the other side's had arrived";
    return facts.gap === null
      ? `the FIN of the ${facts.role} was first`
      : `the FIN of the ${facts.role} was first, the other followed ${facts.gap} later`;
  },
  doServer: [
    'Nothing: this is healthy. It blocks neither new clients nor a restart with SO_REUSEADDR.',
  ],
  doClient: [
    'Nothing while there are few: the port is free again after 60 s (Linux).',
    'For fewer: let the server send the first FIN; the client waits for it, with a deadline.',
  ],
} as const;

export const firstFinByClient = {
  summary: 'both Close frames had passed, and the client ended TCP before the server did',
  wait: (time: string): string =>
    `the client's FIN came ${time} behind the second Close frame, before one of the server`,
  do: [
    'Server: end TCP as soon as both Close frames have passed (RFC 6455 §7.1.1).',
    "Client: after the Close frames wait for the server's FIN, with a deadline.",
  ],
} as const;

export const finBeforeCloseReply = {
  summary: (role: Role): string =>
    `the ${role} sent FIN without waiting for the answer to its Close frame`,
  wait: (role: Role, time: string): string =>
    `the ${role}'s FIN came ${time} behind its Close frame and acknowledges no Close frame of the other side`,
  reply: (by: Role): string => `the ${by}'s Close frame came after that FIN`,
  refused: (role: Role): string =>
    `the ${role} answered it with RST: its socket was closed already, so nobody holds TIME-WAIT`,
  do: (role: Role): readonly string[] => [
    `${capital(role)}: after sending Close, read until the other Close frame has come (with a deadline), then end TCP.`,
    'A proxy between the two may close the other side at that FIN: it then sees 1006 instead of the code.',
  ],
} as const;

export const closeNeverAnswered = {
  summary: (role: Role, by: Role): string =>
    `the ${role} sent Close, the ${by} never sent one back`,
  finInstead: (by: Role, time: string): string =>
    `the ${by} sent FIN ${time} after the Close frame, without one of its own`,
  resetInstead: (by: Role, time: string): string =>
    `the ${by} reset the connection ${time} after the Close frame, without one of its own`,
  nothing: (by: Role, time: string): string => `no Close frame of the ${by} in ${time}`,
  gaveUp: (role: Role, time: string): string =>
    `the ${role} sent FIN ${time} after its Close frame: it no longer waited`,
  closeEvent: (role: Role, isOver: boolean): string =>
    `the ${role}'s application sees 1006 (no Close frame received)${isOver ? '' : ' once TCP ends'}, and not clean`,
  do: (by: Role): readonly string[] => [
    `${capital(by)}: answer a Close frame with one, then end TCP (RFC 6455 §5.5.1); also after an exception, and while reading is paused.`,
  ],
} as const;

export const closedWithoutCloseFrame = {
  summary: (by: Role | null, how: 'fin' | 'reset'): string => {
    if (by === null) return `${both} ended TCP without a closing handshake`;
    return how === 'fin'
      ? `the ${by} ended TCP without sending a Close frame`
      : `a reset from the ${by} ended TCP without a closing handshake`;
  },
  fin: (by: Role): string => `the first FIN is the ${by}'s, and neither side had sent Close`,
  finsCrossed: 'the FINs crossed, and neither side had sent Close',
  finCrossed: (by: Role): string =>
    `the ${by}'s FIN was sent before the other side's Close frame had arrived`,
  reset: (by: Role): string => `the RST came from the ${by}, and neither side had sent Close`,
  resetBehindClose: (role: Role): string =>
    `the ${role} sent RST right behind its own Close frame: no answer could come back`,
  both1006: 'the applications on both sides see 1006 (no Close frame received), and not clean',
  one1006: (role: Role): string =>
    `the ${role}'s application sees 1006 (no Close frame received), and not clean`,
  do: (by: Role | null, how: 'fin' | 'reset'): readonly string[] => {
    const who = by === null ? 'Both sides' : `${capital(by)}, or the proxy in front of it`;
    return how === 'fin'
      ? [
          `${who}: send Close before ending TCP. Usual reasons: a process that exits or is killed, destroy() or terminate(), a proxy that times out or reloads.`,
        ]
      : [
          `${who}: close instead of resetting. Usual reasons: close() with unread data in the kernel, SO_LINGER 0, a process or a machine that is gone, a firewall.`,
        ];
  },
} as const;

export const crossedClose = {
  summary: 'both sides sent Close before either had received one',
  codes: (client: number | null, server: number | null): string =>
    `the client sent ${codeText(client)}, the server ${codeText(server)}`,
  proof: 'neither segment acknowledges the other Close frame',
  do: ['Nothing. Each application sees the code that the other side sent, not its own.'],
} as const;

export const dataAfterClose = {
  summary: (role: Role): string => `the ${role} sent messages behind its own Close frame`,
  bytes: (size: string): string => `${size} of frames behind the Close frame (RFC 6455 §5.5.1)`,
  do: (role: Role): readonly string[] => [
    `${capital(role)}: send nothing behind Close; the other side ignores it, so these messages are lost.`,
  ],
} as const;

export const handshakeRefused = {
  summary: 'the request to upgrade was not answered with a WebSocket',
  status: (status: number): string => `the answer was HTTP ${status}, not 101`,
  noUpgrade: 'the answer was 101 without `Upgrade: websocket`',
  accept: {
    wrong: 'the answer was 101, but its Sec-WebSocket-Accept does not fit the key',
    absent: 'the answer was 101 without Sec-WebSocket-Accept',
  },
  answeredBy: (software: string): string => `the answer says that ${software} sent it`,
  do: (status: number | null): readonly string[] => [advice(status)],
} as const;

function advice(status: number | null): string {
  switch (status) {
    case 101:
      return 'Server or proxy: answer the upgrade as RFC 6455 §4.2.2 says; a cache or a proxy may have answered for it.';
    case 401:
    case 403:
      return 'Look at the credentials, the Origin header and the path that the client sends.';
    case 404:
      return "Look at the path, and at the proxy's route for it.";
    case 429:
    case 503:
      return 'The server is full or draining: wait as Retry-After says, and spread the attempts.';
    case 502:
    case 504:
      return 'The proxy did not reach its upstream: look there.';
    default:
      return 'Look whether a proxy on the way passes `Upgrade` and `Connection` on (HTTP/1.1 upstream).';
  }
}

export const halfClosed = {
  summary: (role: Role, by: Role): string =>
    `after the ${role}'s FIN the ${by} kept its side open for a while`,
  time: (by: Role, time: string): string => `the ${by} stayed for ${time} behind that FIN`,
  do: (by: Role): readonly string[] => [
    `A WebSocket has no use for it: ${by}, end TCP when the other side's FIN comes. For other protocols it may be meant.`,
  ],
} as const;

export const closeWaitLeak = {
  summary: (role: Role, by: Role): string =>
    `the ${role} sent FIN, the ${by} has not closed its side`,
  waited: (by: Role, time: string): string =>
    `neither data nor FIN from the ${by} in the ${time} since: its end is in CLOSE-WAIT`,
  waitedBehindWindow: (by: Role, time: string): string =>
    `neither data nor FIN from the ${by} in the ${time} since`,
  behindWindow: (role: Role, by: Role): string =>
    `the ${role} announces a window of 0, so a FIN of the ${by} could not pass if there were data before it: \`farewell why\` there decides`,
  otherEnd: (role: Role): string =>
    `the ${role}'s end is in FIN-WAIT-2: without end if a process holds it, else for tcp_fin_timeout (60 s by default); packets do not show which`,
  do: (by: Role): readonly string[] => [
    `${capital(by)}: close when the other side has ended, also after an exception. \`farewell why\` on that machine names the process.`,
  ],
} as const;

export const finUnanswered = {
  summary: (role: Role, by: Role): string =>
    `the ${role}'s FIN was not acknowledged, the ${by} was silent`,
  times: (count: number): string => `sent ${number(count)} times`,
  silence: (by: Role, time: string): string => `nothing came from the ${by} for ${time}`,
  do: [
    'Look whether the other machine, or the path to it, is gone: its kernel would have answered.',
  ],
} as const;

export const retransmittedFin = {
  summary: (role: Role): string => `the ${role}'s FIN had to be sent again`,
  times: (count: number): string => `the FIN was sent ${number(count)} times`,
  lost: (role: Role, by: Role, time: string): string =>
    `the ${by}'s acknowledgment is in the capture, and the ${role} sent on for ${time}: it is lost between here and there`,
  restarts: (holder: Role): string =>
    `each FIN that the ${holder} receives in TIME-WAIT starts its 60 s again`,
  do: [
    'Nothing for single ones: packets get lost, and answers come late. If there are many, look at the path.',
  ],
} as const;

export const halfOpenPeerGone = {
  summary: (role: Role, by: Role): string =>
    `the ${role} sends the same data again and again, the ${by} is silent`,
  again: (count: string, role: Role): string => `${count} of the ${role} sent again`,
  silence: (by: Role, time: string): string =>
    `nothing came from the ${by} while the other side went on for ${time}`,
  do: (role: Role): readonly string[] => [
    `${capital(role)}: a heartbeat with a deadline ends such a connection in seconds; the kernel alone needs 15 minutes or more.`,
  ],
} as const;

export const halfOpenSuspect = {
  summary:
    'open and silent, without pings or keep-alive: nothing would find out if one end were gone',
  silence: (time: string): string => `no packet for ${time}, up to the end of the capture`,
  do: [
    'A ping from one side every 25 s or so would tell, and keep timeouts on the way from expiring.',
  ],
} as const;

export const slowConsumer = {
  summary: (role: Role, by: Role): string =>
    `the ${role} lives and does not read; the ${by} has to wait`,
  windows: (count: number): string =>
    count > 1
      ? `its window went to 0 ${number(count)} times, and was 0 at the end`
      : 'its window went to 0 and stayed there up to the end',
  do: (role: Role, by: Role): readonly string[] => [
    `${capital(role)}: read, or close. ${capital(by)}: bound what is buffered for one connection (bufferedAmount), and end the slow ones.`,
  ],
} as const;

export const injectedReset = {
  summary: (role: Role, isIgnored: boolean): string =>
    `an RST in the name of the ${role} does not look like the ${role}'s packets${isIgnored ? '; it had no effect' : ''}`,
  ttl: (ttl: number, lowest: number, highest: number): string =>
    `its TTL is ${ttl}, that of the other packets ${lowest === highest ? lowest : `${lowest} to ${highest}`}`,
  sequence: (offset: number): string =>
    `its sequence number is ${number(offset)} past the one expected, inside the window`,
  wentOn: (role: Role): string => `the ${role} went on after it as if there had been none`,
  ignored: 'its sequence or acknowledgment number does not fit: the receiver ignores it',
  do: [
    'Look for what stands on the way and resets connections: a firewall, an intrusion prevention system, a load balancer whose session timed out. A capture at the other end decides: there it is missing, or it is not.',
  ],
  doIgnored: [
    'Nothing for this connection. Something on the way sends RSTs: a capture at the other end shows whether it is that machine.',
  ],
} as const;

export const idleCut = {
  summary: (by: Role): string =>
    `silent, then cut from the side of the ${by} without a Close frame: a timeout on the way`,
  silence: (time: string): string => `no payload either way for ${time} before the cut`,
  matches: ({ name, setting }: { name: string; setting: string }): string =>
    `${name} cuts then by default (${setting})`,
  do: (timeouts: readonly { name: string; setting: string }[]): readonly string[] => [
    'Send pings more often than that from one side, every 25 s say.',
    timeouts.length > 0
      ? `Or raise the timeout: ${timeouts.map(({ name, setting }) => `${name} ${setting}`).join(', or ')}.`
      : "Or find whose timeout it is: no default fits. HAProxy's `timeout tunnel` has no default, so it is always a choice.",
  ],
} as const;

export const heartbeatTooSlow = {
  summary: (role: Role): string =>
    `the ${role} sends pings, but further apart than the silence after which the connection is cut`,
  interval: (role: Role, time: string): string => `the ${role}'s pings came every ${time}`,
  silence: (time: string): string => `the connection was cut after ${time} of silence`,
  do: (time: string): readonly string[] => [`Ping at least every ${time}, half the timeout.`],
} as const;

function codeText(code: number | null): string {
  return code === null ? 'an empty one' : String(code);
}

function capital(role: Role): string {
  return role === 'client' ? 'Client' : 'Server';
}

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

export const timeWaitOnServer = {
  summary: ({ app }: Who): string =>
    `${app} sent FIN before the client's arrived, so TIME-WAIT is on the server, where RFC 6455 §7.1.1 wants it`,
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
    `${app}, the client, sent FIN before that of ${destination} arrived, so each of its ports waits in TIME-WAIT`,
  count: (count: number): string => `${counted(count, 'socket')} of the client in TIME-WAIT`,
  rate: (rate: number, window: number): string =>
    `${number(rate)} closes a second by the client, over the last ${duration(window)}`,
  reusable: (count: number): string =>
    `${number(count)} of these ports may be taken over by new connections: tcp_tw_reuse allows it after 1 s`,
  do: (isCostly: boolean): readonly string[] => [
    isCostly
      ? 'Keep connections open instead of opening one for each message.'
      : 'Nothing at this rate.',
    'For fewer: let the server send the first FIN. After the Close frames the client waits for it, with a deadline (RFC 6455 §7.1.1).',
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

export const shortLived = {
  summary: (life: number): string =>
    `connections live for no more than about ${duration(life)}: that is polling or health checks rather than WebSockets`,
  rate: (rate: number, live: number): string =>
    `${number(rate)} closes a second over the last minute, ${number(live)} connections open`,
  measured: (life: number): string =>
    `half of the connections that ended lived for ${atMost(life)}: polling or health checks rather than WebSockets`,
  measuredRate: (rate: number, live: number): string =>
    `${number(rate)} closes a second while watched, ${number(live)} connections open`,
  lived: (known: number, ended: number, watched: number): string =>
    `${number(known)} of ${counted(ended, 'connection')} that ended in ${duration(watched)} had been opened in that time`,
  steady: (count: number): string => `closes in ${count} of the last 6 stretches of 10 s`,
  peers: (count: number): string => counted(count, 'peer address', 'peer addresses'),
  lasts: {
    text: 'as long as the callers go on',
    because: "open connections divided by closes a second is their mean lifetime (Little's law)",
  },
  do: [
    'Look at who connects (the groups above, the access log): load balancers, probes, scripts.',
    'If these are meant to be WebSockets, something ends them at once: look at the close codes.',
  ],
} as const;

/** What happened while we watched: evidence of many verdicts. */
export const history = {
  finsAndCloses: (facts: { fins: number; closes: number; watched: number; who: Who }): string =>
    `${counted(facts.fins, 'FIN')} from ${facts.who.peer} in ${duration(facts.watched)}, ${counted(facts.closes, 'close')} by ${facts.who.app}`,
  closesFirst: (facts: { closes: number; watched: number; who: Who }): string =>
    `${facts.who.app} closed first ${counted(facts.closes, 'time')} in ${duration(facts.watched)}`,
  retransmits: (count: number, watched: number): string =>
    `${counted(count, 'segment')} sent again in ${duration(watched)}`,
  opens: (count: number, watched: number): string =>
    `${counted(count, 'connection')} opened in ${duration(watched)}`,
  made: (count: number, by: string): string =>
    `${counted(count, 'TIME-WAIT')} made by ${by} while watched`,
  summary: (facts: {
    opened: number;
    ended: number;
    watched: number;
    life: number | null;
    first: readonly (readonly [who: string, count: number])[];
    resets: number;
    retransmits: number;
  }): string => {
    const { opened, ended, watched, life, first, resets, retransmits } = facts;
    const fins = first.filter(([, count]) => count > 0);
    return [
      `${number(opened)} opened and ${number(ended)} ended in ${duration(watched)}`,
      ...(fins.length > 0
        ? [`first FIN ${fins.map(([who, count]) => `${who} ${number(count)}`).join(', ')}`]
        : []),
      ...(resets > 0 ? [`RST ${number(resets)}`] : []),
      ...(retransmits > 0 ? [`${number(retransmits)} segments sent again`] : []),
      ...(life === null ? [] : [`half lived for ${atMost(life)}`]),
    ].join('; ');
  },
  byUs: (app: string): string => `by ${app}`,
  byPeer: (peer: string): string => `by ${peer}`,
  crossed: 'by both at once',
} as const;

function atMost(ms: number): string {
  return ms < 1 ? 'less than 1 ms' : `${duration(ms)} or less`;
}

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

export const missing = {
  lostEvents: (count: number | null): string =>
    `${count === null ? 'some' : number(count)} events were overwritten before they were read: counts are at least what is shown`,
  notFollowed: (count: number): string =>
    `${counted(count, 'socket')} more than can be followed at once: counts are at least what is shown`,
  finWait2: (count: number): string =>
    `whether ${counted(count, 'socket')} in FIN-WAIT-2 ${count === 1 ? 'is' : 'are'} held by a process or orphaned: neither inode nor timer is given; \`ss -tanoe\` tells`,
  timeWaitSide: (count: number): string =>
    `which end ${counted(count, 'TIME-WAIT')} ${count === 1 ? 'is' : 'are'}: no listener of the port is in the table, and the ports do not tell; the whole table with its listeners would`,
} as const;

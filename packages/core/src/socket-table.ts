import type { SocketState, Unknown } from './tcp-state.ts';
import type { TraceTable } from './trace-table.ts';

/**
 * The shapes that readers of socket tables fill in and that the diagnosis reads: plain data, no I/O.
 * `null` always means "this source does not say", never zero.
 */

/** What a socket's kernel timer is for. `probe`: zero-window probes. `none`: no timer runs. */
export type TcpTimerKind = 'none' | 'retransmit' | 'keepalive' | 'time-wait' | 'probe';

export interface TcpTimer {
  readonly kind: TcpTimerKind;
  /** Milliseconds until it fires, as of the snapshot. */
  readonly expiresIn: number;
  /** Retransmissions or probes so far that were not answered. */
  readonly tries: number;
}

/** The part of Linux's `struct tcp_info` that says how a connection lives and ends. Durations in ms. */
export interface TcpInfo {
  readonly rtt: number | null;
  readonly rto: number | null;
  readonly lastDataSent: number | null;
  readonly lastDataReceived: number | null;
  readonly lastAckReceived: number | null;
  readonly unackedSegments: number | null;
  readonly retransmitsTotal: number | null;
  readonly bytesSent: number | null;
  readonly bytesAcked: number | null;
  readonly bytesReceived: number | null;
  readonly notSentBytes: number | null;
  /** The peer's receive window in bytes; 0 with unsent data: the peer does not read. */
  readonly sendWindowBytes: number | null;
  /** Time spent waiting for the peer's window, ms since the connection began. */
  readonly rwndLimited: number | null;
}

/** One socket of one host's table. For LISTEN the queues are the accept queue and its limit. */
export interface SocketRow {
  readonly family: 4 | 6;
  readonly tcpState: SocketState;
  /** Canonical text; an IPv4 peer of a dual-stack socket is given as IPv4 (`family` stays 6). */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Bytes not yet read by the application. LISTEN: connections not yet accepted. */
  readonly receiveQueue: number | null;
  /** Bytes not yet acknowledged by the peer. LISTEN: how many the accept queue may hold. */
  readonly sendQueue: number | null;
  readonly timer: TcpTimer | null;
  /** 0: no descriptor refers to the socket (an orphan, TIME-WAIT, or a connection not yet accepted). */
  readonly inode: number | null;
  readonly uid: number | null;
  /** The kernel's own identity of the socket, where the source gives it. */
  readonly cookie: string | null;
  readonly tcpInfo: TcpInfo | null;
}

export type TableSource = 'sock-diag' | 'proc-net-tcp' | 'ss' | 'netstat-linux' | 'netstat-macos';

/** Something in foreign input that made no sense: counted, with one example, never thrown. */
export interface Problem {
  readonly what: string;
  readonly count: number;
  readonly example: string;
}

/** A kind of fact that a source cannot give, or that this user may not see. */
export type MissingFact =
  | 'timers'
  | 'tcp-info'
  | 'inodes'
  | 'owners'
  | 'owners-of-other-users'
  | 'ipv6'
  | 'queues'
  | 'counters'
  | 'settings'
  | 'time-wait'
  | 'listeners'
  | 'kernel-trace';

export interface Missing {
  readonly fact: MissingFact;
  /** Why, and what would give it: "owners of other users' sockets: run as root". */
  readonly why: string;
}

/** One reading of one network namespace's TCP sockets. */
export interface SocketTable {
  readonly source: TableSource;
  /** Unix time in ms of the reading; null if the text does not say. */
  readonly at: number | null;
  readonly rows: readonly SocketRow[];
  readonly problems: readonly Problem[];
  readonly missing: readonly Missing[];
}

/** A process that holds descriptors of sockets. */
export interface ProcessInfo {
  readonly pid: number;
  /** The command's name (`comm`). */
  readonly name: string;
  readonly uid: number | null;
  readonly user: string | null;
  /** Container id or cgroup scope, if the process runs in one. */
  readonly container: string | null;
  readonly openDescriptors: number | null;
  /** The soft limit RLIMIT_NOFILE. */
  readonly descriptorLimit: number | null;
}

/** Who holds which socket, as far as this user may see. */
export interface Owners {
  readonly processes: readonly ProcessInfo[];
  /** inode -> pids of `processes`. More than one where a descriptor is shared. */
  readonly byInode: ReadonlyMap<number, readonly number[]>;
  /**
   * row -> pids of `processes`, by the row's identity: from tables that print processes but no inodes
   * (`ss -tanp`, `netstat -anp`), and TIME-WAITs whose making the kernel trace saw. Holds only rows that
   * `byInode` cannot find.
   */
  readonly byRow?: ReadonlyMap<SocketRow, readonly number[]>;
}

/**
 * The sysctls of the namespace that decide how long each state lasts and how much room there is.
 * Durations in ms, as everywhere; the file they come from is in `source` of a verdict's evidence.
 */
export interface TcpSettings {
  readonly finTimeout: number | null;
  readonly portRange: readonly [first: number, last: number] | null;
  /** tcp_tw_reuse: 0 off, 1 on, 2 loopback only. */
  readonly timeWaitReuse: number | null;
  readonly maxTimeWait: number | null;
  readonly maxOrphans: number | null;
  /** tcp_orphan_retries; 0 means the kernel's 8. */
  readonly orphanRetries: number | null;
  readonly retries2: number | null;
  readonly keepaliveTime: number | null;
  readonly keepaliveInterval: number | null;
  readonly keepaliveProbes: number | null;
  readonly somaxconn: number | null;
  /** fs.file-max: descriptors of the whole machine. */
  readonly fileMax: number | null;
}

/** Counters of one moment: `TcpExt` and `Tcp` of /proc/net/{netstat,snmp}, and sockstat. */
export interface Counters {
  readonly at: number;
  /** Name as the kernel prints it (`TCPTimeWaitOverflow`, `ListenOverflows`) -> value. */
  readonly values: Readonly<Record<string, number>>;
  /** sockstat: sockets in use, orphaned, in TIME-WAIT. */
  readonly sockets: {
    readonly inUse: number;
    readonly orphan: number;
    readonly timeWait: number;
  } | null;
}

/** Which network namespace was read. */
export interface NamespaceInfo {
  /** Inode number of /proc/PID/ns/net; null if the table was taken elsewhere. */
  readonly inode: number | null;
  /** "this network namespace", "of pid 4121", "taken elsewhere (stdin)". */
  readonly label: string;
}

/** `likely-websocket`: frames fit, no handshake was seen; `hidden`: TLS; `nothing`: no payload came. */
export type Speech = 'websocket' | 'likely-websocket' | 'other' | 'hidden' | 'nothing';

/** What packets showed of a connection that had not ended when the capture did. */
export interface ConnectionInPackets {
  readonly client: PacketEndpoint;
  readonly server: PacketEndpoint;
  readonly speaks: Speech;
  /** Ids of the verdicts that its packets give. */
  readonly verdicts: readonly string[];
}

export interface PacketEndpoint {
  readonly address: string;
  readonly port: number;
}

/** Packets that were captured between the snapshots. Times are Unix ms. */
export interface PacketTable {
  readonly source: 'tcpdump' | 'dumpcap';
  readonly from: number;
  readonly to: number;
  readonly packets: number;
  /** Packets that the capturing program says it lost; null: it does not say. */
  readonly lost: number | null;
  /** How many connections speak what, those that ended included. */
  readonly spoken: Readonly<Record<Speech, number>>;
  /** How many of them give each verdict, by its id. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** Those that had not ended. */
  readonly live: readonly ConnectionInPackets[];
}

/** Everything that a diagnosis may look at. Snapshots are oldest first, at least one. */
export interface Evidence {
  readonly namespace: NamespaceInfo;
  readonly snapshots: readonly SocketTable[];
  readonly owners: Owners | null;
  readonly settings: TcpSettings | null;
  /** Oldest first: none, one, or one at each end of the time watched. */
  readonly counters: readonly Counters[];
  readonly missing: readonly Missing[];
  /** What happened between the snapshots. null or absent: not traced; `missing` says why. */
  readonly trace?: TraceTable | null;
  /** What was captured between the snapshots. null or absent: nothing was. */
  readonly packets?: PacketTable | null;
  /** Unknown: a table taken elsewhere that does not say. */
  readonly platform: 'linux' | 'macos' | Unknown;
}

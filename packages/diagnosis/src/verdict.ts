/** How much a verdict matters. `healthy`: as it should be; `note`: worth knowing, nothing to do. */
export type Severity = 'problem' | 'risk' | 'healthy' | 'note';

/**
 * How far the evidence carries. `certain`: nothing else fits what was seen; `likely`: the usual reading,
 * another is possible and named; `possible`: a hint, with what would decide it.
 */
export type Confidence = 'certain' | 'likely' | 'possible';

/** Every verdict there is, in the order of docs/verdicts. */
export const verdictIds = [
  'time-wait-on-server',
  'time-wait-on-client',
  'port-exhaustion',
  'time-wait-overflow',
  'close-wait-leak',
  'fin-wait-2-held',
  'fin-wait-2-orphan',
  'fin-unanswered',
  'fin-blocked-by-reader',
  'half-open-peer-gone',
  'half-open-suspect',
  'slow-consumer',
  'listen-queue-overflow',
  'descriptor-exhaustion',
  'short-lived-connections',
  'reset-by-peer',
  'reset-by-us',
  'reset-with-unread-data',
  'reset-data-after-close',
  'reconnect-storm',
  'idle-cut',
  'simultaneous-close',
] as const;

export type VerdictId = (typeof verdictIds)[number];

/** One thing that was seen. `source`: `sock-diag`, `/proc/net/netstat`, `sysctl net.ipv4.tcp_fin_timeout` ... */
export interface EvidenceItem {
  readonly value: number | string | null;
  readonly unit: string | null;
  readonly text: string;
  readonly source: string;
}

/** What it costs: `value` of `limit` in `unit` (`descriptors`, `ports`, `bytes`), and the arithmetic in words. */
export interface Cost {
  readonly resource: 'descriptors' | 'ports' | 'memory' | 'time-wait-buckets' | 'connections';
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: string;
  /** Seconds until the limit at the rate seen; null if there is no rate or no limit. */
  readonly exhaustedIn: number | null;
  readonly text: string;
}

/** How long the sockets stay as they are, and which setting or timer decides it. */
export interface Lasts {
  /** Longest time in ms that is left or that it takes; null: without end, or unknown (the text says which). */
  readonly ms: number | null;
  readonly text: string;
  readonly because: string;
}

export interface ProcessRef {
  readonly pid: number;
  readonly name: string;
  readonly user: string | null;
  readonly container: string | null;
}

/** Sockets meant by a verdict, grouped by peer: 10,000 peers are a handful of groups and a rest. */
export interface SocketGroup {
  /** "10.0.0.7", "10.0.0.7:443", or "4,312 other addresses". */
  readonly peer: string;
  readonly count: number;
}

export interface Verdict {
  readonly id: VerdictId;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** How many sockets are meant. */
  readonly count: number;
  /** The process that holds them or is answerable for them; null: unknown or none. */
  readonly process: ProcessRef | null;
  /** The service's port (the listener's, or the destination's); null if there is not one. */
  readonly port: number | null;
  /** The destination, for verdicts about connections that go out. */
  readonly destination: string | null;
  readonly groups: readonly SocketGroup[];
  /** One sentence, without the count in front: "the peer sent FIN, java never closed its side". */
  readonly summary: string;
  readonly evidence: readonly EvidenceItem[];
  readonly costs: readonly Cost[];
  readonly lasts: Lasts | null;
  readonly do: readonly string[];
  /** `docs/verdicts/ID.md`. */
  readonly page: string;
}

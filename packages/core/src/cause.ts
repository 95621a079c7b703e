/** The names of everything that is waited for. See deadlines.ts for what starts and ends each. */
export type DeadlineName =
  | 'opening-handshake'
  | 'heartbeat'
  | 'heartbeat-reply'
  | 'closing-handshake'
  | 'fin'
  | 'flush'
  | 'paused'
  | 'drain';

/**
 * Why an end did what it did: `application` (it was told to), `peer` (an answer), `policy` (its turn),
 * a handler that threw, a violation by the peer, or the deadline that expired.
 */
export type Because =
  | 'application'
  | 'peer'
  | 'policy'
  | 'handler-threw'
  | 'protocol-violation'
  | DeadlineName;

/** The deadlines whose expiry ends a connection: `heartbeat` only sends a ping. */
export type EndingDeadline = Exclude<DeadlineName, 'heartbeat'>;

/**
 * What ended a connection. For an end of ours it is that end's own view; for packets, what the wire
 * shows. `unknown`: what was seen does not decide.
 */
export type Cause =
  /** Both Close frames passed. What TCP did afterwards is in `tcp`. */
  | 'closing-handshake'
  /** A handler threw; the connection was closed with 1011. */
  | 'handler-threw'
  /** The peer broke RFC 6455, or a limit; it was answered with 1002, 1003, 1007, 1009 or 1010. */
  | 'protocol-violation'
  /** The application gave it up without a closing handshake. */
  | 'terminated'
  /** The opening handshake was answered, but not with a WebSocket. */
  | 'opening-refused'
  /** No connection came about: refused, unreachable, cut. */
  | 'opening-failed'
  /** A deadline of this name expired, and the connection was given up. */
  | `${EndingDeadline}-deadline`
  /** RST before both Close frames had passed. */
  | 'reset'
  /** The kernel gave up: nothing was acknowledged, or the peer became unreachable. */
  | 'unreachable'
  /** An error of another kind, TLS for one; `error` has it. */
  | 'failed'
  /** FIN before both Close frames had passed. */
  | 'fin-without-close-frame'
  | 'unknown';

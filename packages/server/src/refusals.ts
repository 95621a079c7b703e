/** Why requests are not upgraded, and the HTTP status of each answer. */
export const refusalStatus = {
  /** 503 with Retry-After: the server drains. */
  draining: 503,
  /** 503: the server closes. */
  closing: 503,
  /** 404: another path than `path`. */
  path: 404,
  /** 403: a page of an origin that is not in `allowedOrigins`. */
  origin: 403,
  /** 503 with Retry-After: `maxConnections` are there. */
  'max-connections': 503,
  /** 429 with Retry-After: `maxConnectionsPerAddress` are there. */
  'max-connections-per-address': 429,
  /** The status that `authenticate` said. */
  authentication: null,
  /** 503: `authenticate` took longer than `openTimeout`. */
  'authentication-timeout': 503,
  /** 500: `authenticate` threw or rejected. */
  'authentication-error': 500,
  /** 408: no whole request within `openTimeout` of the TCP connection. With `port` only; else see Node's `headersTimeout`. */
  'handshake-timeout': 408,
  /** 400, 405 or 426, by ws: not the opening handshake of RFC 6455 §4.2.1. */
  'bad-handshake': null,
} as const;

/** Why a request was not upgraded. */
export type RefusalCause = keyof typeof refusalStatus;

/** The limits of open connections, and the Close code of each. */
export const limitCode = {
  /** 1001 (going away): `maxConnectionAge`. */
  'max-connection-age': 1001,
  /** 1013 (try again later), where its `action` is `close`: `slowConsumer`. */
  'slow-consumer': 1013,
  /** 1008 (policy violation): `messageRate`. */
  'message-rate': 1008,
} as const;

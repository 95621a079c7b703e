/**
 * Status codes of Close frames, RFC 6455 §7.4 and the IANA registry that it founded.
 * WHATWG WebSockets §3.1 lets an application's `close()` use 1000 and 3000 to 4999 only.
 */
const names: Readonly<Record<number, string>> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no status received',
  1006: 'abnormal closure',
  1007: 'invalid frame payload data',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'mandatory extension',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  1015: 'TLS handshake',
};

/** What an endpoint reports for an empty Close frame (RFC 6455 §7.1.5). Never sent. */
export const noStatusReceived = 1005;

/** What an endpoint reports if no Close frame was received (RFC 6455 §7.1.5). Never sent. */
export const abnormalClosure = 1006;

/** The longest reason, in bytes of UTF-8: a control frame's 125 (RFC 6455 §5.5) without the code's two. */
export const longestReasonBytes = 123;

/** The registered name, `private use` (4000 to 4999), `registered by a library` (3000 to 3999) or `unassigned`. */
export function closeCodeName(statusCode: number): string {
  const name = names[statusCode];
  if (name !== undefined) return name;
  if (statusCode >= 4000 && statusCode <= 4999) return 'private use';
  return statusCode >= 3000 && statusCode <= 3999 ? 'registered by a library' : 'unassigned';
}

/**
 * May it stand in a Close frame, sent or received? Not 1004, 1005, 1006, 1015 (RFC 6455 §7.4.1), nor
 * what is unassigned; whoever sends those is answered with 1002.
 */
export function mayStandInClose(statusCode: number): boolean {
  if (!Number.isInteger(statusCode)) return false;
  if (statusCode >= 3000 && statusCode <= 4999) return true;
  return statusCode >= 1000 && statusCode <= 1014 && (statusCode < 1004 || statusCode > 1006);
}

/** May an application pass it to `close()`? WHATWG WebSockets §3.1: 1000, or 3000 to 4999. */
export function mayCloseWith(statusCode: number): boolean {
  return statusCode === 1000 || (statusCode >= 3000 && mayStandInClose(statusCode));
}

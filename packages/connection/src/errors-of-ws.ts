import { type Fact, peerOf, type Role } from '@farewell/core';

/**
 * ws answers a breach of RFC 6455 with a Close frame by itself and then emits `error`, whose `code` names
 * the breach (ws's documented error codes). The status code that it sent with it, and the section broken.
 */
const breaches: Readonly<Record<string, readonly [statusCode: number, section: string]>> = {
  WS_ERR_EXPECTED_FIN: [1002, '5.5'],
  WS_ERR_EXPECTED_MASK: [1002, '5.1'],
  WS_ERR_UNEXPECTED_MASK: [1002, '5.1'],
  WS_ERR_UNEXPECTED_RSV_1: [1002, '5.2'],
  WS_ERR_UNEXPECTED_RSV_2_3: [1002, '5.2'],
  WS_ERR_INVALID_OPCODE: [1002, '5.2'],
  WS_ERR_INVALID_CLOSE_CODE: [1002, '7.4'],
  WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH: [1002, '5.5'],
  WS_ERR_INVALID_UTF8: [1007, '8.1'],
  WS_ERR_TOO_MANY_BUFFERED_PARTS: [1008, '10.4'],
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: [1009, '5.2'],
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: [1009, '10.4'],
};

export interface Breach {
  readonly statusCode: number;
  /** Of RFC 6455. */
  readonly section: string;
}

/** What an error of ws says that the peer broke; null: it is not about the peer. */
export function breachOf(error: unknown): Breach | null {
  const code = errorCode(error);
  const known = code === null ? undefined : breaches[code];
  if (known) return { statusCode: known[0], section: known[1] };
  // permessage-deflate data that zlib refuses.
  return code?.startsWith('Z_') ? { statusCode: 1007, section: '8.1' } : null;
}

/** What an error says that the kernel reported, the errno that ws swallows included; none: it is not the kernel's. */
export function factsOfError(error: unknown, local: Role): readonly Fact[] {
  if (!(error instanceof Error) || !('syscall' in error)) return [];
  const errno = errorCode(error);
  const failed: Fact = { kind: 'error', of: local, errno, message: error.message };
  if (errno !== 'ECONNRESET') return [failed];
  return [{ kind: 'rst', by: peerOf(local), seenAt: local }, failed];
}

/** The `code` of an error, such as `ECONNRESET`. */
function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/**
 * What a caller of the readers may do differently:
 * - `NOT_LINUX`: live reading is for Linux; explain a table taken elsewhere instead
 * - `INVALID_PID`: the number cannot be a process id
 * - `NO_SUCH_PROCESS`: no such process is visible here, or it has ended
 * - `NO_SUCH_NAMESPACE`: the path does not lead to a network namespace
 * - `NOT_PERMITTED`: it exists, but this user may not read it
 * - `NO_TRACEFS`: no tracefs is mounted, or the kernel has no trace of TCP sockets
 * - `UNREADABLE`: the kernel refused for another reason, which is in the message
 */
export type EvidenceErrorCode =
  | 'NOT_LINUX'
  | 'INVALID_PID'
  | 'NO_SUCH_PROCESS'
  | 'NO_SUCH_NAMESPACE'
  | 'NOT_PERMITTED'
  | 'NO_TRACEFS'
  | 'UNREADABLE';

/** Evidence could not be read. The message says what was expected, what came and what to do. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';
  readonly code: EvidenceErrorCode;

  constructor(code: EvidenceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

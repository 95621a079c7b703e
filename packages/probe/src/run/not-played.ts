/** Why a script could not be played, or not be watched. The message is for people. */
export class NotPlayed extends Error {
  override readonly name = 'NotPlayed';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/** What an error of Node says, in words. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // OpenSSL's message is a line of its source.
  if ('reason' in error) return `TLS: ${String(error.reason)}`;
  // Of several addresses that all failed Node tells no message.
  return error.message || codeOf(error) || error.name;
}

/** As Node names errors, such as `ECONNREFUSED`; null: it has no name. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

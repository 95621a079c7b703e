import type { OutputStream } from './io.ts';

/**
 * How a write ended. `closed`: the reader of the pipe has gone (EPIPE), which is its right and no error.
 * `failed`: the text did not arrive, as on a full disk (ENOSPC).
 */
export type WriteResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: Error };

/** Takes away what stands in the terminal's line. */
export const clearLine = '\r\u001B[K';

/** Writes all of `text`; resolves when the stream has taken it or refused it, and never rejects. */
export function write(stream: OutputStream, text: string): Promise<WriteResult> {
  return new Promise((resolve) => {
    stream.write(text, (error) => {
      resolve(error ? refused(error) : { kind: 'written' });
    });
  });
}

function refused(error: Error & { code?: string }): WriteResult {
  // A stream that has failed once refuses with ERR_STREAM_DESTROYED what comes after.
  const gone = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
  return gone ? { kind: 'closed' } : { kind: 'failed', error };
}

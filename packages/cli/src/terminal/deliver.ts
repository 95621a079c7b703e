import { type ExitStatus, exitStatus } from '../exit-status.ts';
import type { Io } from './io.ts';
import { write } from './write.ts';

/** How an answer went out. `readable`: there is still somebody who reads. */
export interface Delivery {
  readonly status: ExitStatus;
  readonly readable: boolean;
}

/**
 * Writes an answer to stdout. Its status stands when the reader has closed the pipe; it is 4, with a message
 * on stderr, when the answer could not be written.
 */
export async function deliver(text: string, io: Io, status: ExitStatus): Promise<Delivery> {
  const result = await write(io.stdout, text);
  switch (result.kind) {
    case 'written':
      return { status, readable: true };
    case 'closed':
      return { status, readable: false };
    case 'failed':
      await complain(io, `the answer could not be written to stdout: ${result.error.message}`);
      return { status: exitStatus.notWritten, readable: false };
  }
}

/** One message for people, on stderr. */
export async function complain(io: Io, message: string): Promise<void> {
  await write(io.stderr, `farewell: ${message}\n`);
}

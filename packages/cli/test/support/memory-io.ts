import { Readable } from 'node:stream';
import type { Io, OutputStream } from '../../src/terminal/io.ts';

/** A stream that keeps what is written to it, or refuses it with `error`. */
export class MemoryStream implements OutputStream {
  text = '';
  readonly isTTY: boolean;
  readonly columns?: number;
  readonly error: Error | null;

  constructor({ isTTY = false, error = null as Error | null } = {}) {
    this.isTTY = isTTY;
    this.error = error;
  }

  write(text: string | Uint8Array, done: (error?: Error | null) => void): boolean {
    if (this.error === null) this.text += text.toString();
    queueMicrotask(() => done(this.error));
    return true;
  }
}

export interface MemoryIo extends Io {
  readonly stdout: MemoryStream;
  readonly stderr: MemoryStream;
}

/** An `Io` in memory: a Linux in a pipe, if nothing else is said. */
export function memoryIo(
  parts: {
    readonly platform?: NodeJS.Platform;
    readonly stdin?: string;
    readonly stdout?: MemoryStream;
    readonly stderr?: MemoryStream;
    readonly env?: Io['env'];
  } = {},
): MemoryIo {
  return {
    stdin: Readable.from([parts.stdin ?? '']),
    stdout: parts.stdout ?? new MemoryStream(),
    stderr: parts.stderr ?? new MemoryStream(),
    env: parts.env ?? {},
    platform: parts.platform ?? 'linux',
  };
}

export function errorWithCode(code: string): Error {
  return Object.assign(new Error(`${code}: as the kernel says`), { code });
}

import { InvalidOptionError, type Settled, unsettled, utf8Bytes } from '@farewell/core';
import { onAbortUntil } from '../abort.ts';
import { numbersOf } from '../options.ts';
import type { Sendable } from './client-connection.ts';

/** Messages that wait for a connection. Nothing is dropped silently: the promise of `send` is rejected. */
export interface QueueOptions {
  /** Default 1,000. 0: nothing waits, `send` rejects while there is no connection. */
  readonly maxMessages?: number;
  /** As on the wire, without frame headers. Default 1,048,576. */
  readonly maxBytes?: number;
  /** `reject`: the new message is refused (default). `drop-oldest`: those that wait longest make room. */
  readonly whenFull?: 'reject' | 'drop-oldest';
}

/** A message was not handed to any connection. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
  readonly code = 'FAREWELL_NOT_SENT';
  /** The message, to be kept elsewhere. */
  readonly unsent: Sendable;

  constructor(why: string, unsent: Sendable) {
    super(`Message not sent: ${why}`);
    this.unsent = unsent;
  }
}

interface Waiting extends Settled<void> {
  readonly message: Sendable;
  readonly bytes: number;
}

const defaults = { maxMessages: 1_000, maxBytes: 2 ** 20 };

export class OfflineQueue {
  readonly #limits: typeof defaults;
  readonly #dropsOldest: boolean;
  #waiting: Waiting[] = [];
  #bytes = 0;

  /** Throws InvalidOptionError. */
  constructor({ whenFull = 'reject', ...limits }: QueueOptions = {}) {
    this.#limits = numbersOf(limits, defaults);
    this.#dropsOldest = whenFull === 'drop-oldest';
    if (this.#dropsOldest || whenFull === 'reject') return;
    const expected = "Expected `queue.whenFull` to be 'reject' or 'drop-oldest'";
    throw new InvalidOptionError(`${expected}, got \`${whenFull as string}\``, 'queue.whenFull');
  }

  get messages(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Waits for a connection; `signal` takes the message back. */
  add(message: Sendable, signal: AbortSignal | undefined): Promise<void> {
    const entry = { ...unsettled<void>(), message, bytes: bytesOf(message) };
    if (!this.#makeRoom(entry.bytes)) entry.reject(new NotSentError('the queue is full', message));
    else {
      this.#waiting.push(entry);
      this.#bytes += entry.bytes;
      onAbortUntil(entry.promise, signal, () => this.#takeBack(entry, signal?.reason));
    }
    return entry.promise;
  }

  /** The next message, which is somebody else's care from now on. */
  take(): Waiting | undefined {
    const entry = this.#waiting.shift();
    this.#bytes -= entry?.bytes ?? 0;
    return entry;
  }

  /** Rejects all that wait. */
  fail(why: string): void {
    for (let entry = this.take(); entry; entry = this.take()) {
      entry.reject(new NotSentError(why, entry.message));
    }
  }

  #makeRoom(bytes: number): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    if (maxMessages < 1 || bytes > maxBytes) return false;
    const isFull = (): boolean => this.messages >= maxMessages || this.#bytes + bytes > maxBytes;
    while (isFull() && this.#dropsOldest) {
      const oldest = this.take();
      oldest?.reject(
        new NotSentError('newer messages took its place in the queue', oldest.message),
      );
    }
    return !isFull();
  }

  #takeBack(entry: Waiting, reason: unknown): void {
    if (!this.#waiting.includes(entry)) return;
    this.#waiting = this.#waiting.filter((each) => each !== entry);
    this.#bytes -= entry.bytes;
    entry.reject(reason);
  }
}

function bytesOf(message: Sendable): number {
  return typeof message === 'string' ? utf8Bytes(message) : message.byteLength;
}

import type { Socket } from 'node:net';
import { longestReasonBytes, type Role } from '@farewell/core';

/**
 * Proof that a Close frame received is the reply to ours. A reply echoes code and reason (RFC 6455 §5.5.1 says
 * so of the code, ws does it for both), so between peers that agreed on it the first Close ends in a word that
 * nobody else can know: `bye; echo=k3x9q0ab`. Two Close frames that cross each have a word of their own, and
 * are never taken for replies. A frame that was changed on its way, or cut, proves nothing.
 */
const word = /(?:^|; )echo=[0-9a-z]{8}$/;
const opcodeClose = 0x88;
const masked = 0x80;

/** The reason with a new word behind it; null: there is no room for one. */
export function withEchoWord(reason: string): string | null {
  const random = Math.random().toString(36).slice(2, 10).padEnd(8, '0');
  const worded = `${reason === '' ? '' : `${reason}; `}echo=${random}`;
  return Buffer.byteLength(worded) <= longestReasonBytes ? worded : null;
}

/** The reason as the application gave it. */
export function withoutEchoWord(reason: string): string {
  return reason.replace(word, '');
}

/**
 * Watches for the echo. ws tells what a Close frame said only when all is over; but nothing comes behind a
 * Close frame, so that the last bytes of the stream are the frame.
 */
export class CloseEcho {
  readonly #payload: Buffer;
  readonly #headerBytes: number;
  #tail: Buffer = Buffer.alloc(0);

  /** `local`: who sent the Close frame with this code and reason, just now. A client's answer is masked. */
  constructor(
    socket: Socket,
    local: Role,
    [code, reason]: readonly [code: number, reason: string],
  ) {
    this.#payload = Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
    this.#headerBytes = local === 'server' ? 6 : 2;
    // Before ws, which unmasks in place; and copied for the same reason.
    socket.prependListener('data', (chunk: Buffer) => this.#take(chunk));
  }

  /** Is it what came last? */
  get hasCome(): boolean {
    const isMasked = this.#headerBytes === 6;
    const tail = this.#tail;
    const length = this.#payload.length | (isMasked ? masked : 0);
    if (tail[0] !== opcodeClose || tail[1] !== length) return false;
    const payload = tail.subarray(this.#headerBytes);
    const plain = isMasked ? payload.map((byte, at) => byte ^ (tail[2 + (at % 4)] ?? 0)) : payload;
    return this.#payload.equals(plain);
  }

  #take(chunk: Buffer): void {
    const bytes = this.#headerBytes + this.#payload.length;
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-bytes)]).subarray(-bytes);
  }
}

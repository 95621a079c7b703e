import type { hash as Hash } from 'node:crypto';
import { KEY, type Slots } from './slots.ts';
import { hashText } from './texts.ts';

/** RFC 6455 §4.1: 16 random bytes in base64. A key of another length is none, and is not kept. */
const KEY_BYTES = 24;
const KEY_WORDS = KEY_BYTES / 4;
/** RFC 6455 §1.3: what a server appends to the key before hashing it. */
const acceptGuid = Buffer.from('258EAFA5-E914-47DA-95CA-C5AB0DC85B11');
const keyAndGuid = Buffer.concat([Buffer.alloc(KEY_BYTES), acceptGuid]);

/** node:crypto's, loaded when it is needed: that takes as long as reading 50,000 packets. */
let hash: typeof Hash | null = null;

/** Keeps the Sec-WebSocket-Key that lies between `start` and `end`, for whoever wants it checked. */
export function keepKey(
  slots: Slots,
  bytes: Uint8Array,
  key: { start: number; end: number },
): void {
  if (key.end - key.start !== KEY_BYTES) return;
  for (let word = 0, at = key.start; word < KEY_WORDS; word += 1, at += 4) {
    slots.setWord(KEY + word, wordAt(bytes, at));
  }
}

/** Hash of what Sec-WebSocket-Accept must be for the key that was kept; 0: none was. */
export function expectedAccept(slots: Slots): number {
  if (slots.word(KEY) === 0) return 0;
  for (let word = 0; word < KEY_WORDS; word += 1) {
    keyAndGuid.writeInt32BE(slots.word(KEY + word), word * 4);
  }
  hash ??= process.getBuiltinModule('node:crypto').hash;
  return acceptHash(hashText(hash('sha1', keyAndGuid, 'base64')));
}

/** The hash of an accept, so that it is never 0, which stands for "not seen". */
export function acceptHash(hashed: number): number {
  return hashed | 1;
}

function wordAt(bytes: Uint8Array, at: number): number {
  const upper = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return (upper << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** FIPS 180-4 §5.3.1 and §4.2.1. */
const initial = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
const constants = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
const BLOCK_BYTES = 64;

const schedule = new Int32Array(80);

/**
 * SHA-1 of a short message, as RFC 6455 §4.2.2 wants it of a key: for 60 bytes it takes less time than
 * a call of node:crypto, and loading that module takes longer than reading 50,000 packets.
 */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  const state = Int32Array.from(initial);
  for (let at = 0; at < padded.byteLength; at += BLOCK_BYTES) compress(state, padded, at);
  const digest = new DataView(new ArrayBuffer(20));
  for (const [index, word] of state.entries()) digest.setInt32(index * 4, word);
  return new Uint8Array(digest.buffer);
}

/** §5.1.1: a one bit, zeros, and the length in bits, up to a multiple of 64 bytes. */
function pad(message: Uint8Array): DataView {
  const { length } = message;
  const blocks = Math.ceil((length + 9) / BLOCK_BYTES);
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, length * 8);
  return view;
}

/** §6.1.2. */
function compress(state: Int32Array, message: DataView, at: number): void {
  fillSchedule(message, at);
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let round = 0; round < 80; round += 1) {
    const quarter = (round / 20) | 0;
    let mixed = b ^ c ^ d;
    if (quarter === 0) mixed = (b & c) | (~b & d);
    else if (quarter === 2) mixed = (b & c) | (b & d) | (c & d);
    const next = rotate(a, 5) + mixed + e + (constants[quarter] ?? 0) + (schedule[round] ?? 0);
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next | 0;
  }
  for (const [index, word] of [a, b, c, d, e].entries()) state[index] = (state[index] ?? 0) + word;
}

function fillSchedule(message: DataView, at: number): void {
  for (let round = 0; round < 16; round += 1) schedule[round] = message.getInt32(at + round * 4);
  for (let round = 16; round < 80; round += 1) {
    const far = (schedule[round - 14] ?? 0) ^ (schedule[round - 16] ?? 0);
    schedule[round] = rotate((schedule[round - 3] ?? 0) ^ (schedule[round - 8] ?? 0) ^ far, 1);
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

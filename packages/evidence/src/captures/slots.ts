/**
 * Where live connections are kept: typed arrays, a fixed number of slots each, no object for a
 * connection. A connection is 30 words and 6 numbers of its own, and 40 words and 15 numbers for each
 * of its two sides: 728 bytes. A *side* is where packets came from: side 0 sent the first
 * packet that was seen. Who of the two is the client is decided later (`roles.ts`).
 *
 * Words are signed 32-bit integers, times and byte counts are doubles; both views share one memory,
 * so that a connection lies in one piece. What every packet needs comes first, in the connection and in
 * each side, so that it lies in few cache lines. Blocks of 16,384 connections are added as needed and never
 * moved: no copy, no peak when the table grows. The kernel gives a block its memory as it is filled.
 */

// Words of the connection.
export const ADDRESSES = 0; // 4 words of side 0, 4 of side 1; IPv4 uses the first of each
export const PORTS = 8; // side 0 in the upper half
export const FLAGS = 9; // CONNECTION_ bits
export const HISTORY_SEEN = 10; // bits of letters: lower half side 0, upper half side 1
export const HISTORY_LENGTH = 11;
export const HISTORY = 12; // 4 words, 6 letters of 5 bits each
export const HASH = 16;
export const INDEX = 17; // order of first packets
export const STATUS = 18; // of the last HTTP response to an upgrade, 0: none
export const SUBPROTOCOL = 19; // numbers of interned texts
export const EXTENSIONS = 20;
export const SERVER_SOFTWARE = 21;
export const ACCEPT_RECEIVED = 22; // hash of Sec-WebSocket-Accept
export const KEY = 23; // 6 words, Sec-WebSocket-Key as it was sent
export const ACCEPT_EXPECTED = 29; // hash of what that key demands; known once the connection is settled
// Numbers of the connection.
export const OPENED_AT = 15;
export const ENDED_AT = 16;
export const END_BEGAN_AT = 17;
export const QUIET_SINCE = 18;
export const SINCE_LAST_USE = 19; // ms since the previous connection on the same addresses and ports
export const RESPONSE_AT = 20;

// Words of a side: add 0 or SIDE_STRIDE.
export const SIDE_FLAGS = 42; // SIDE_ bits
export const NEXT_SEQUENCE = 43; // the next byte in order
export const HIGHEST_SEQUENCE = 44; // behind the last byte seen
export const HIGHEST_ACK = 45; // of the other side's bytes
export const WINDOW = 46; // as in the header, not scaled
export const MODE = 47; // of the byte stream
export const PACKETS = 48;
export const TTLS = 49; // lowest, highest << 8, of the RST << 16, window scale << 24
export const FINGERPRINTS = 58; // of the last 4 packets that were more than an acknowledgment
export const FRAMES = 62; // 7 words: FRAME_KINDS
export const COMPRESSED = 69;
export const CLOSE_CODE = 70; // 0: no Close frame; else see walk-frames.ts
export const VIOLATIONS = 71; // bits
export const CLOSE_REASON = 72; // number of an interned text
export const CLOSE_END = 73; // sequence number behind the Close frame
export const CLOSE_ACK = 74; // acknowledgment of the segment that carried it
export const FIN_SEQUENCE = 75;
export const FIN_ACK = 76; // the lowest acknowledgment that came with a FIN
export const FIN_COUNT = 77;
export const RST_COUNT = 78;
export const RST_OFFSET = 79; // its sequence number less the one expected
export const RST_INFO = 80; // window, validity << 16, has ACK << 18, data bytes << 19
export const RETRANSMISSIONS = 81;
export const OUT_OF_ORDER = 82;
export const DUPLICATES = 83;
export const KEEP_ALIVES = 84;
export const ZERO_WINDOWS = 85;
export const GAPS = 86;
export const TLS_INFO = 87; // bits
export const INITIAL_SEQUENCE = 88;
export const ATTEMPTS = 89; // to find frames in a stream whose beginning is not known
// Numbers of a side: add 0 or SIDE_STRIDE / 2.
export const LAST_AT = 25;
export const LAST_DATA_AT = 26;
export const PAYLOAD_BYTES = 27;
export const REMAINING = 28; // payload of the current frame, record or body that is still to come
export const FIN_AT = 45;
export const FIN_ACKED_AT = 46;
export const RST_AT = 47;
export const CLOSE_AT = 48;
export const FIRST_PING_AT = 49;
export const LAST_PING_AT = 50;
export const LAST_PONG_AT = 51;
export const LOST_BYTES = 52;
export const UNKNOWN_FROM = 53;
export const HOLE_SINCE = 54;
export const AFTER_CLOSE_BYTES = 55;

/** Distance between the words of the two sides: 40 words, and 15 numbers in 30 words. */
export const SIDE_STRIDE = 70;
export const CONNECTION_WORDS = 42 + 2 * SIDE_STRIDE;

export const IPV6 = 1 << 0;
export const ENDED = 1 << 1;
export const RARE = 1 << 2; // something of this connection is kept in `Rare`
export const WEBSOCKET = 1 << 3; // the server said 101 to an upgrade
export const UPGRADE_REQUESTED = 1 << 4;
export const WATCHED = 1 << 5; // its events are kept
export const CLIENT_IS_SIDE_1 = 1 << 6;
export const ROLE_BASIS_SHIFT = 7; // 2 bits
export const RESPONSE_WITHOUT_UPGRADE = 1 << 10;
export const CONNECT_REQUESTED = 1 << 12;
export const HTTP = 1 << 13;
export const REUSED = 1 << 14; // SINCE_LAST_USE is set
export const DISTURBED = 1 << 15; // a side has, or had, one of the bits of DISTURBING

export const SEQUENCE_KNOWN = 1 << 0;
export const ACK_KNOWN = 1 << 1;
export const SYN_SEEN = 1 << 2;
export const FIN_SEEN = 1 << 3;
export const FIN_ACKED = 1 << 4;
export const RST_SEEN = 1 << 5;
export const MESSAGE_OPEN = 1 << 6; // a fragmented message is not finished
export const FRAMES_GUESSED = 1 << 7; // recognised by their look, not by a handshake
export const SYNC_LOST = 1 << 8; // UNKNOWN_FROM is set
export const HOLE = 1 << 9; // bytes are missing before bytes that were seen
export const MASKED_SEEN = 1 << 10;
export const UNMASKED_SEEN = 1 << 11;
export const ZERO_WINDOW = 1 << 13;
export const SYN_SCALE_KNOWN = 1 << 14;
export const TRUNCATED = 1 << 15; // the snaplen cut payload of this side
export const FIN_ACK_KNOWN = 1 << 16;
export const CAPTURE_LOST = 1 << 17; // bytes that the peer acknowledged were not captured

/** What ends the time in which a side's segments do nothing but follow one another. */
const DISTURBING = HOLE | ZERO_WINDOW | FIN_SEEN | RST_SEEN;

const BLOCK_SHIFT = 14;
const BLOCK_CONNECTIONS = 1 << BLOCK_SHIFT;

/** The connections, and a cursor on one of them: all accessors read the connection sought last. */
export class Slots {
  readonly #wordBlocks: Int32Array[] = [];
  readonly #numberBlocks: Float64Array[] = [];
  readonly #free: number[] = [];
  #used = 0;
  /** The block in which the connection sought last lies; -1: it lies elsewhere. */
  #block = -1;
  /** Where the connection sought last lies, for the hot path, which reads it without the accessors. */
  words: Int32Array = new Int32Array(0);
  numbers: Float64Array = new Float64Array(0);
  base = 0;
  numberBase = 0;
  /** The connection that the accessors read. */
  id = -1;

  /** Part of the hot path. */
  seek(id: number): void {
    if (id >> BLOCK_SHIFT !== this.#block) this.#enter(id >> BLOCK_SHIFT);
    this.base = (id & (BLOCK_CONNECTIONS - 1)) * CONNECTION_WORDS;
    this.numberBase = this.base >> 1;
    this.id = id;
  }

  /** Copies the slots of the connection to `at` of other words. */
  copyTo(words: Int32Array, at: number): void {
    words.set(this.words.subarray(this.base, this.base + CONNECTION_WORDS), at);
  }

  /** Has the accessors read a connection that lies elsewhere, at `base` of these words. */
  show(words: Int32Array, numbers: Float64Array, base: number): void {
    this.#block = -1;
    this.words = words;
    this.numbers = numbers;
    this.base = base;
    this.numberBase = base >> 1;
    this.id = -1;
  }

  /** Takes a connection whose slots are all zero, and seeks it. */
  allocate(): number {
    const id = this.#free.pop() ?? this.#used;
    if (id === this.#used) {
      this.#used += 1;
      if (id >> BLOCK_SHIFT === this.#wordBlocks.length) this.#addBlock();
    }
    this.seek(id);
    this.words.fill(0, this.base, this.base + CONNECTION_WORDS);
    return id;
  }

  release(id: number): void {
    this.#free.push(id);
  }

  /** How many connections are live. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  /** One more than the highest id ever given out. */
  get highest(): number {
    return this.#used;
  }

  word(field: number, side = 0): number {
    return this.words[this.base + field + side] ?? 0;
  }

  setWord(field: number, value: number, side = 0): void {
    this.words[this.base + field + side] = value;
  }

  count(field: number, side = 0): void {
    const at = this.base + field + side;
    this.words[at] = (this.words[at] ?? 0) + 1;
  }

  has(bit: number, side: number): boolean {
    return (this.word(SIDE_FLAGS, side) & bit) !== 0;
  }

  mark(bits: number, side: number): void {
    const at = this.base + SIDE_FLAGS + side;
    this.words[at] = (this.words[at] ?? 0) | bits;
    if ((bits & DISTURBING) !== 0) this.setWord(FLAGS, this.word(FLAGS) | DISTURBED);
  }

  unmark(bits: number, side: number): void {
    const at = this.base + SIDE_FLAGS + side;
    this.words[at] = (this.words[at] ?? 0) & ~bits;
  }

  number(field: number, side = 0): number {
    return this.numbers[this.numberBase + field + (side >> 1)] ?? 0;
  }

  setNumber(field: number, value: number, side = 0): void {
    this.numbers[this.numberBase + field + (side >> 1)] = value;
  }

  addNumber(field: number, value: number, side = 0): void {
    const at = this.numberBase + field + (side >> 1);
    this.numbers[at] = (this.numbers[at] ?? 0) + value;
  }

  #enter(block: number): void {
    this.#block = block;
    this.words = this.#wordBlocks[block] ?? this.words;
    this.numbers = this.#numberBlocks[block] ?? this.numbers;
  }

  #addBlock(): void {
    const memory = new ArrayBuffer(BLOCK_CONNECTIONS * CONNECTION_WORDS * 4);
    this.#wordBlocks.push(new Int32Array(memory));
    this.#numberBlocks.push(new Float64Array(memory));
  }
}

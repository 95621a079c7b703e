/** Where a header's value lies; `start` is -1 where the head does not have the header. */
export interface Span {
  start: number;
  end: number;
}

/**
 * The parts of an HTTP/1.1 head that an opening handshake needs, as offsets into the bytes: one object
 * is filled again for each head, and no text is made of it. Of several lines with one name the last counts.
 */
export class HttpHead {
  /** Status of a response; 0: a request. */
  status = 0;
  isGet = false;
  isConnect = false;
  /** `Upgrade: websocket` was there. */
  upgrade = false;
  chunked = false;
  /** -1: not said. */
  contentLength = -1;
  readonly key: Span = { start: -1, end: -1 };
  readonly accept: Span = { start: -1, end: -1 };
  readonly protocol: Span = { start: -1, end: -1 };
  readonly extensions: Span = { start: -1, end: -1 };
  readonly server: Span = { start: -1, end: -1 };
  readonly #value: Span = { start: -1, end: -1 };
  readonly #handshakeHeaders = [
    { name: bytesOf('sec-websocket-key:'), span: this.key },
    { name: bytesOf('sec-websocket-accept:'), span: this.accept },
    { name: bytesOf('sec-websocket-protocol:'), span: this.protocol },
    { name: bytesOf('sec-websocket-extensions:'), span: this.extensions },
    { name: bytesOf('server:'), span: this.server },
  ];
  /** Offset behind the empty line. */
  end = 0;
  #viewed: Uint8Array | null = null;
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** Reads the head that begins at `at`; false if its empty line does not come before `end`. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    this.#clear();
    const view = this.#viewOf(bytes);
    let line = at;
    for (let lineEnd = endOfLine(view, line, end); lineEnd >= 0; ) {
      if (line === at) this.#readStartLine(bytes, at, lineEnd);
      else if (isEmptyLine(bytes, line, lineEnd)) {
        this.end = lineEnd + 1;
        return true;
      } else this.#readHeader(bytes, line, lineEnd);
      line = lineEnd + 1;
      lineEnd = endOfLine(view, line, end);
    }
    return false;
  }

  /** One view for all heads of a chunk. */
  #viewOf(bytes: Uint8Array): DataView {
    if (this.#viewed === bytes) return this.#view;
    this.#viewed = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#view;
  }

  #clear(): void {
    this.upgrade = false;
    this.chunked = false;
    this.contentLength = -1;
    this.key.start = -1;
    this.accept.start = -1;
    this.protocol.start = -1;
    this.extensions.start = -1;
    this.server.start = -1;
  }

  #readStartLine(bytes: Uint8Array, at: number, lineEnd: number): void {
    const isResponse = matches(bytes, at, RESPONSE);
    this.status = isResponse ? digits(bytes, at + 9, Math.min(at + 12, lineEnd)) : 0;
    this.isGet = matches(bytes, at, GET);
    this.isConnect = matches(bytes, at, CONNECT);
  }

  /** The first letter rules out most headers, the place of the colon most others. */
  #readHeader(bytes: Uint8Array, line: number, lineEnd: number): void {
    const first = (bytes[line] ?? 0) | 0x20;
    if (first === 0x73) this.#readHandshakeHeader(bytes, line, lineEnd);
    else if (first === 0x75 && isNamed(bytes, line, UPGRADE)) {
      this.#locate(bytes, line + UPGRADE.length, lineEnd);
      this.upgrade ||= contains(bytes, this.#value, WEBSOCKET);
    } else if (first === 0x63 && isNamed(bytes, line, CONTENT_LENGTH)) {
      this.#locate(bytes, line + CONTENT_LENGTH.length, lineEnd);
      this.contentLength = digits(bytes, this.#value.start, this.#value.end);
    } else if (first === 0x74 && isNamed(bytes, line, TRANSFER_ENCODING)) this.chunked = true;
  }

  #readHandshakeHeader(bytes: Uint8Array, line: number, lineEnd: number): void {
    for (const { name, span } of this.#handshakeHeaders) {
      if (!isNamed(bytes, line, name)) continue;
      this.#locate(bytes, line + name.length, lineEnd);
      span.start = this.#value.start;
      span.end = this.#value.end;
      return;
    }
  }

  /** The value between `start` and the line's end, without white space around it. */
  #locate(bytes: Uint8Array, start: number, lineEnd: number): void {
    let from = start;
    let to = lineEnd;
    while (from < to && (bytes[from] ?? 0) <= 0x20) from += 1;
    while (to > from && (bytes[to - 1] ?? 0) <= 0x20) to -= 1;
    this.#value.start = from;
    this.#value.end = to;
  }
}

/** Longer heads than any server accepts. */
export const MAX_HEAD_BYTES = 16_384;

const LF = 0x0a;
const CR = 0x0d;
const bytesOf = (text: string) => new TextEncoder().encode(text);

const RESPONSE = bytesOf('HTTP/1.');
const GET = bytesOf('GET ');
const CONNECT = bytesOf('CONNECT ');
const methods = ['POST ', 'HEAD ', 'PUT ', 'OPTIONS ', 'DELETE ', 'PATCH '];
const beginnings = [RESPONSE, GET, CONNECT, ...methods.map(bytesOf)];

const UPGRADE = bytesOf('upgrade:');
const CONTENT_LENGTH = bytesOf('content-length:');
const TRANSFER_ENCODING = bytesOf('transfer-encoding:');
const WEBSOCKET = bytesOf('websocket');

/** Do these bytes begin an HTTP/1 request or response? null: too few to tell. */
export function beginsHttp(bytes: Uint8Array, at: number, end: number): boolean | null {
  const first = bytes[at] ?? 0;
  // C, D, G, H, O, P
  if (first < 0x43 || first > 0x50) return false;
  let undecided = false;
  for (const beginning of beginnings) {
    if (first !== beginning[0]) continue;
    if (end - at >= beginning.length && matches(bytes, at, beginning)) return true;
    if (end - at >= beginning.length) continue;
    undecided ||= matches(bytes, at, beginning.subarray(0, end - at));
  }
  return undecided ? null : false;
}

/** Four bytes at a time: the lowest byte of `found` that is not zero stands where the line feed does. */
function endOfLine(view: DataView, at: number, end: number): number {
  let offset = at;
  for (; offset + 4 <= end; offset += 4) {
    const word = view.getInt32(offset, true) ^ 0x0a0a0a0a;
    const found = (word - 0x01010101) & ~word & 0x80808080;
    if (found !== 0) return offset + ((31 - Math.clz32(found & -found)) >> 3);
  }
  for (; offset < end; offset += 1) if (view.getUint8(offset) === LF) return offset;
  return -1;
}

/** A bare line feed is taken for a line end too (RFC 9112 §2.2). */
function isEmptyLine(bytes: Uint8Array, line: number, lineEnd: number): boolean {
  return lineEnd === line || (lineEnd === line + 1 && bytes[line] === CR);
}

function matches(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}

/** Is this the header's name with its colon, in any case? The colon is looked at first. */
function isNamed(bytes: Uint8Array, line: number, name: Uint8Array): boolean {
  if (bytes[line + name.length - 1] !== 0x3a) return false;
  for (let index = 0; index < name.length - 1; index += 1) {
    if (((bytes[line + index] ?? 0) | 0x20) !== name[index]) return false;
  }
  return true;
}

function contains(bytes: Uint8Array, value: Span, wanted: Uint8Array): boolean {
  for (let at = value.start; at + wanted.length <= value.end; at += 1) {
    let index = 0;
    while (index < wanted.length && ((bytes[at + index] ?? 0) | 0x20) === wanted[index]) index += 1;
    if (index === wanted.length) return true;
  }
  return false;
}

/** The number that these digits are, or -1; at most 15 of them, so that it is exact. */
function digits(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

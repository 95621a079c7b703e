/** Where a header's value lies; `start` is -1 where the head does not have the header. */
export interface Span {
  start: number;
  end: number;
}

/** At least four bytes in lower case, four in each part; the last part ends with them and may overlap. */
interface Word {
  readonly length: number;
  readonly parts: Int32Array;
}

/** A header whose value is kept, by its name with the colon. */
interface Header {
  readonly name: Word;
  readonly span: Span;
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
  readonly #server: Header = { name: wordOf('server:'), span: this.server };
  readonly #accept: Header = { name: wordOf('sec-websocket-accept:'), span: this.accept };
  readonly #extensions: Header = {
    name: wordOf('sec-websocket-extensions:'),
    span: this.extensions,
  };
  readonly #key: Header = { name: wordOf('sec-websocket-key:'), span: this.key };
  readonly #protocol: Header = { name: wordOf('sec-websocket-protocol:'), span: this.protocol };
  /** Offset behind the empty line. */
  end = 0;
  #viewed: Uint8Array | null = null;
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** Reads the head that `beginsHttp` found at `at`; false if its empty line does not come before `end`. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    this.#clear();
    const view = this.#viewOf(bytes);
    let lineEnd = endOfLine(view, at, end);
    if (lineEnd < 0) return false;
    this.#readStartLine(view, at, lineEnd);
    for (let line = lineEnd + 1; ; line = lineEnd + 1) {
      lineEnd = endOfLine(view, line, end);
      if (lineEnd < 0) return false;
      if (isEmptyLine(view, line, lineEnd)) break;
      this.#readHeader(view, line, lineEnd);
    }
    this.end = lineEnd + 1;
    return true;
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

  #readStartLine(view: DataView, at: number, lineEnd: number): void {
    const first = view.getInt32(at);
    this.isGet = first === GET_METHOD;
    this.isConnect = first === CONNECT_METHOD;
    this.status = first === HTTP_VERSION ? digits(view, at + 9, Math.min(at + 12, lineEnd)) : 0;
  }

  /** The first letter rules out most headers. */
  #readHeader(view: DataView, start: number, end: number): void {
    const first = view.getUint8(start) | 0x20;
    if (first === 0x73) this.#readHandshakeHeader(view, start, end);
    else if (first === 0x75 && isNamed(view, start, UPGRADE)) {
      this.#locate(view, start + UPGRADE.length, end);
      this.upgrade ||= contains(view, this.#value, WEBSOCKET);
    } else if (first === 0x63 && isNamed(view, start, CONTENT_LENGTH)) {
      this.#locate(view, start + CONTENT_LENGTH.length, end);
      this.contentLength = digits(view, this.#value.start, this.#value.end);
    } else if (first === 0x74 && isNamed(view, start, TRANSFER_ENCODING)) this.chunked = true;
  }

  #readHandshakeHeader(view: DataView, start: number, end: number): void {
    const { name, span } = this.#headerWith(view, start, end);
    if (!isNamed(view, start, name)) return;
    this.#locate(view, start + name.length, end);
    span.start = this.#value.start;
    span.end = this.#value.end;
  }

  /** The only header that a line with an S can be: a letter behind `Sec-WebSocket-` tells which. */
  #headerWith(view: DataView, start: number, end: number): Header {
    const isLong = end - start > SEC_WEBSOCKET_BYTES;
    const isSec = isLong && (view.getUint8(start + 2) | 0x20) === 0x63;
    switch (isSec ? view.getUint8(start + SEC_WEBSOCKET_BYTES) | 0x20 : 0) {
      case 0x61:
        return this.#accept;
      case 0x65:
        return this.#extensions;
      case 0x6b:
        return this.#key;
      case 0x70:
        return this.#protocol;
      default:
        return this.#server;
    }
  }

  /** The value between `from` and `to`, without white space around it. */
  #locate(view: DataView, from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && view.getUint8(start) <= 0x20) start += 1;
    while (end > start && view.getUint8(end - 1) <= 0x20) end -= 1;
    this.#value.start = start;
    this.#value.end = end;
  }
}

/** Longer heads than any server accepts. */
export const MAX_HEAD_BYTES = 16_384;

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const LINE_FEEDS = 0x0a0a0a0a;
const ONES = 0x01010101;
const ZERO_BYTES = 0x80808080;
/** Set in all letters of lower case, and in what else a header's name has. */
const LOWER_CASE = 0x20202020;
/** The first four bytes of `GET `, `CONNECT ` and `HTTP/1.`. */
const GET_METHOD = 0x47455420;
const CONNECT_METHOD = 0x434f4e4e;
const HTTP_VERSION = 0x48545450;
/** Length of `Sec-WebSocket-`. */
const SEC_WEBSOCKET_BYTES = 14;
const bytesOf = (text: string) => new TextEncoder().encode(text);

const RESPONSE = bytesOf('HTTP/1.');
const GET = bytesOf('GET ');
const CONNECT = bytesOf('CONNECT ');
const methods = ['POST ', 'HEAD ', 'PUT ', 'OPTIONS ', 'DELETE ', 'PATCH '];
const beginnings = [RESPONSE, GET, CONNECT, ...methods.map(bytesOf)];

const UPGRADE = wordOf('upgrade:');
const CONTENT_LENGTH = wordOf('content-length:');
const TRANSFER_ENCODING = wordOf('transfer-encoding:');
const WEBSOCKET = wordOf('websocket');

function wordOf(text: string): Word {
  const { buffer, length } = new TextEncoder().encode(text);
  const view = new DataView(buffer);
  const parts = new Int32Array(Math.ceil(length / 4));
  for (const part of parts.keys()) parts[part] = view.getInt32(Math.min(part * 4, length - 4));
  return { length, parts };
}

/** Do these bytes begin an HTTP/1 request or response? null: too few to tell. */
export function beginsHttp(bytes: Uint8Array, at: number, end: number): boolean | null {
  const first = bytes[at] ?? 0;
  // C, D, G, H, O, P
  if (first < 0x43 || first > 0x50) return false;
  const likely = first === 0x48 ? RESPONSE : GET;
  if (end - at >= likely.length && matches(bytes, at, likely)) return true;
  let undecided = false;
  for (const beginning of beginnings) {
    if (first !== beginning[0]) continue;
    if (end - at >= beginning.length && matches(bytes, at, beginning)) return true;
    if (end - at >= beginning.length) continue;
    undecided ||= matches(bytes, at, beginning.subarray(0, end - at));
  }
  return undecided ? null : false;
}

/** Eight bytes at a time: a byte that is zero leaves a bit of ZERO_BYTES, and the lowest of them stands for it. */
function endOfLine(view: DataView, at: number, end: number): number {
  let offset = at;
  for (; offset + 8 <= end; offset += 8) {
    const first = view.getInt32(offset, true) ^ LINE_FEEDS;
    const second = view.getInt32(offset + 4, true) ^ LINE_FEEDS;
    const inFirst = (first - ONES) & ~first & ZERO_BYTES;
    const inSecond = (second - ONES) & ~second & ZERO_BYTES;
    if ((inFirst | inSecond) === 0) continue;
    return inFirst === 0 ? offset + 4 + lowestByte(inSecond) : offset + lowestByte(inFirst);
  }
  for (; offset < end; offset += 1) if (view.getUint8(offset) === LF) return offset;
  return -1;
}

function lowestByte(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 3;
}

/** A bare line feed is taken for a line end too (RFC 9112 §2.2). */
function isEmptyLine(view: DataView, line: number, lineEnd: number): boolean {
  return lineEnd === line || (lineEnd === line + 1 && view.getUint8(line) === CR);
}

function matches(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}

/** Is this the header's name with its colon, in any case? No name holds a line feed, so it ends before the line does. */
function isNamed(view: DataView, start: number, name: Word): boolean {
  const colon = start + name.length - 1;
  return colon < view.byteLength && view.getUint8(colon) === COLON && isWordAt(view, start, name);
}

function contains(view: DataView, value: Span, wanted: Word): boolean {
  for (let at = value.start; at + wanted.length <= value.end; at += 1) {
    if (isWordAt(view, at, wanted)) return true;
  }
  return false;
}

/** In any case; where all of its bytes are there. */
function isWordAt(view: DataView, at: number, { length, parts }: Word): boolean {
  let part = 0;
  for (let offset = 0; offset < length - 4; offset += 4) {
    if ((view.getInt32(at + offset) | LOWER_CASE) !== parts[part]) return false;
    part += 1;
  }
  return (view.getInt32(at + length - 4) | LOWER_CASE) === parts[part];
}

/** The number that these digits are, or -1; at most 15 of them, so that it is exact. */
function digits(view: DataView, start: number, end: number): number {
  if (start >= end || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = view.getUint8(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

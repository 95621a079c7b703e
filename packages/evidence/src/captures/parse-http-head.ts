/** The parts of an HTTP/1.1 head that an opening handshake needs. Header values are trimmed. */
export interface HttpHead {
  /** The method of a request, or the status of a response. */
  readonly method: string | null;
  readonly status: number | null;
  /** Upgrade: websocket was there. */
  upgrade: boolean;
  key: string | null;
  accept: string | null;
  protocol: string | null;
  extensions: string | null;
  server: string | null;
  /** null: not said. */
  contentLength: number | null;
  chunked: boolean;
  /** Offset behind the empty line. */
  readonly end: number;
}

/** Longer heads than any server accepts. */
export const MAX_HEAD_BYTES = 16_384;
const MAX_VALUE_BYTES = 1024;
const MAX_NAME_BYTES = 25;

const LF = 0x0a;
const COLON = 0x3a;

const methods = ['GET ', 'CONNECT ', 'POST ', 'HEAD ', 'PUT ', 'OPTIONS ', 'DELETE ', 'PATCH '];
const beginnings = ['HTTP/1.', ...methods].map((text) => new TextEncoder().encode(text));

/** Do these bytes begin an HTTP/1 request or response? null: too few to tell. */
export function beginsHttp(bytes: Uint8Array, at: number, end: number): boolean | null {
  const first = bytes[at] ?? 0;
  if (first < 0x43 || first > 0x50) return false;
  let undecided = false;
  for (const beginning of beginnings) {
    let matched = 0;
    const limit = Math.min(beginning.length, end - at);
    while (matched < limit && bytes[at + matched] === beginning[matched]) matched += 1;
    if (matched === beginning.length) return true;
    if (matched === end - at) undecided = true;
  }
  return undecided ? null : false;
}

/** The head that begins at `at`, or null if it does not end before `end`. */
export function parseHttpHead(bytes: Uint8Array, at: number, end: number): HttpHead | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at);
  const headEnd = endOfHead(text);
  if (headEnd < 0) return null;
  let line = text.indexOf(LF) + 1;
  const head = startLine(text.toString('latin1', 0, Math.min(line, 64)), at + headEnd);
  while (line < headEnd) {
    const next = text.indexOf(LF, line) + 1;
    readHeader(head, text, line);
    line = next;
  }
  return head;
}

/** Offset behind CR LF CR LF, or -1. Bare line feeds are taken for line ends too (RFC 9112 §2.2). */
function endOfHead(text: Buffer): number {
  let lf = text.indexOf(LF);
  while (lf >= 0) {
    const next = text[lf + 1] === 0x0d ? lf + 2 : lf + 1;
    if (text[next] === LF) return next + 1;
    lf = text.indexOf(LF, lf + 1);
  }
  return -1;
}

function startLine(line: string, end: number): HttpHead {
  const response = line.startsWith('HTTP/');
  return {
    method: response ? null : line.slice(0, line.indexOf(' ')),
    status: response ? Number.parseInt(line.slice(9, 12), 10) || 0 : null,
    upgrade: false,
    key: null,
    accept: null,
    protocol: null,
    extensions: null,
    server: null,
    contentLength: null,
    chunked: false,
    end,
  };
}

/** Looks at the length of the name before reading it: most headers are of no interest. */
function readHeader(head: HttpHead, text: Buffer, line: number): void {
  let colon = line;
  while (colon < line + MAX_NAME_BYTES && text[colon] !== COLON) colon += 1;
  if (!isInteresting(colon - line)) return;
  const lineEnd = text.indexOf(LF, colon);
  const value = text
    .toString('latin1', colon + 1, Math.min(lineEnd, colon + MAX_VALUE_BYTES))
    .trim();
  switch (text.toString('latin1', line, colon).toLowerCase()) {
    case 'upgrade':
      head.upgrade = value.toLowerCase().includes('websocket');
      return;
    case 'server':
      head.server = value;
      return;
    case 'content-length':
      head.contentLength = /^\d{1,15}$/.test(value) ? Number(value) : null;
      return;
    case 'transfer-encoding':
      head.chunked = value.toLowerCase().includes('chunked');
      return;
    case 'sec-websocket-key':
      head.key = value;
      return;
    case 'sec-websocket-accept':
      head.accept = value;
      return;
    case 'sec-websocket-protocol':
      head.protocol = head.protocol === null ? value : `${head.protocol}, ${value}`;
      return;
    case 'sec-websocket-extensions':
      head.extensions = head.extensions === null ? value : `${head.extensions}, ${value}`;
      return;
    default:
  }
}

function isInteresting(nameLength: number): boolean {
  return (
    nameLength === 6 ||
    nameLength === 7 ||
    nameLength === 14 ||
    nameLength === 17 ||
    nameLength === 20 ||
    nameLength === 22 ||
    nameLength === 24
  );
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginsHttp, HttpHead } from '../../src/captures/parse-http-head.ts';

const startLine = fc.constantFrom(
  'GET /live HTTP/1.1',
  'CONNECT a:443 HTTP/1.1',
  'POST / HTTP/1.1',
  'HTTP/1.1 101 Switching Protocols',
  'HTTP/1.0 404',
  'HTTP/1.1 x',
);
/** Names that are looked for, and such as look like them. */
const name = fc.constantFrom(
  'Sec-WebSocket-Key',
  'sec-websocket-accept',
  'SEC-WEBSOCKET-PROTOCOL',
  'Sec-WebSocket-Extensions',
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Keys',
  'Sec-Fetch-Mode-Apart',
  'Server',
  'Server-Timing-A',
  'Upgrade',
  'Upgrade-Insecure-Requests',
  'Content-Length',
  'Content-Language',
  'Transfer-Encoding',
  'Host',
  'S',
  '',
);
const value = fc.oneof(
  fc.constantFrom('websocket', 'h2c, WebSocket', 'chat', '17', '', '  spaced out\t', 'a: b', 'A'),
  fc.string({ maxLength: 40, unit: fc.constantFrom('a', 'K', 'p', 'E', ':', '-', ',', ' ', '0') }),
);
const header = fc.record({ name, value, space: fc.constantFrom('', ' ', '\t ') });
const lineEnd = fc.constantFrom('\r\n', '\n');

interface Expected {
  status: number;
  upgrade: boolean;
  chunked: boolean;
  contentLength: number;
  values: Record<string, string | null>;
}

const kept = {
  'sec-websocket-key': 'key',
  'sec-websocket-accept': 'accept',
  'sec-websocket-protocol': 'protocol',
  'sec-websocket-extensions': 'extensions',
  server: 'server',
} as const;

/** What a head says, read as text and without haste. */
function expected(first: string, headers: readonly { name: string; value: string }[]): Expected {
  const said: Expected = {
    status: first.startsWith('HTTP/1.') ? digits(first.slice(9, 12)) : 0,
    upgrade: false,
    chunked: false,
    contentLength: -1,
    values: { key: null, accept: null, protocol: null, extensions: null, server: null },
  };
  for (const { name, value } of headers) {
    const lower = name.toLowerCase();
    const text = value.trim();
    if (lower === 'upgrade') said.upgrade ||= text.toLowerCase().includes('websocket');
    else if (lower === 'content-length') said.contentLength = digits(text);
    else if (lower === 'transfer-encoding') said.chunked = true;
    else if (lower in kept) said.values[kept[lower as keyof typeof kept]] = text;
  }
  return said;
}

function digits(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

function read(head: HttpHead, bytes: Uint8Array): Expected {
  const text = ({ start, end }: { start: number; end: number }) =>
    start < 0 ? null : Buffer.from(bytes.subarray(start, end)).toString('latin1');
  const { status, upgrade, chunked, contentLength } = head;
  const { key, accept, protocol, extensions, server } = head;
  const values = {
    key: text(key),
    accept: text(accept),
    protocol: text(protocol),
    extensions: text(extensions),
    server: text(server),
  };
  return { status, upgrade, chunked, contentLength, values };
}

const head = new HttpHead();

describe('an HTTP head', () => {
  it('says what its text says, whatever headers it has', () => {
    fc.assert(
      fc.property(startLine, fc.array(header, { maxLength: 8 }), lineEnd, (first, headers, end) => {
        const lines = headers.map(({ name, value, space }) => `${name}:${space}${value}`);
        const text = [first, ...lines, '', ''].join(end);
        const bytes = new TextEncoder().encode(`${text}behind it`);
        expect(beginsHttp(bytes, 0, bytes.length)).toBe(true);
        expect(head.read(bytes, 0, bytes.length)).toBe(true);
        expect(head.end).toBe(text.length);
        expect(read(head, bytes)).toEqual(expected(first, headers));
        expect(head.isGet).toBe(first.startsWith('GET '));
        expect(head.isConnect).toBe(first.startsWith('CONNECT '));
      }),
      { numRuns: 2000 },
    );
  });

  it('is whole only with its empty line', () => {
    const bytes = new TextEncoder().encode('GET / HTTP/1.1\r\nServer: a\r\nS\r\n\r\n');
    for (let end = 4; end < bytes.length; end += 1) {
      expect(head.read(bytes, 0, end)).toBe(false);
      expect(head.read(bytes.subarray(0, end), 0, end)).toBe(false);
    }
    expect(head.read(bytes, 0, bytes.length)).toBe(true);
  });
});

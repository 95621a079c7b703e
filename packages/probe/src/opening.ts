import { createHash } from 'node:crypto';

/** The opening handshake as bytes, RFC 6455 §4: as much as a raw peer needs to get past it. */

/** Any 16 bytes will do; fixed, so that a script sends the same bytes in every run. */
export const sampleKey = 'ZmFyZXdlbGwtcmF3LXBlZQ==';

export interface RequestOptions {
  readonly host: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function upgradeRequest({ host, path = '/', headers = {} }: RequestOptions): string {
  return head(`GET ${path} HTTP/1.1`, {
    Host: host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': sampleKey,
    'Sec-WebSocket-Version': '13',
    ...headers,
  });
}

/** The 101 that accepts `request`, a whole request head as text. */
export function upgradeResponse(request: string, headers: Record<string, string> = {}): string {
  const key = /^sec-websocket-key:[ \t]*(\S+)/im.exec(request)?.[1] ?? '';
  return head('HTTP/1.1 101 Switching Protocols', {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': acceptValue(key),
    ...headers,
  });
}

/** RFC 6455 §4.2.2, step 5.4. */
export function acceptValue(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

function head(first: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${[first, ...lines].join('\r\n')}\r\n\r\n`;
}

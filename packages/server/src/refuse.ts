import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from './options.ts';

/**
 * Answers a request for an upgrade with HTTP and closes. A peer that does not take the answer is cut off
 * after `timeout` ms.
 */
export function refuse(socket: Duplex, refusal: Refusal, timeout: number): void {
  if (!socket.writable) return void socket.destroy();
  const { status, headers = {}, body = STATUS_CODES[status] ?? '' } = refusal;
  const fields: Record<string, string> = {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines].join('\r\n');
  const timer = setTimeout(() => socket.destroy(), timeout);
  socket.once('close', () => clearTimeout(timer));
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\n\r\n${body}`);
}

import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { Shell } from './shell.ts';

/**
 * ws's events, handed on. The listeners are the same functions for all connections, and find theirs
 * through a property of the WebSocket: a closure for each would cost more memory than all else.
 */

/** The shell of a connection. */
export const shell: unique symbol = Symbol('farewell.shell');
/** Told when the opening handshake has completed. */
export const hasOpened: unique symbol = Symbol('farewell.hasOpened');
/** Told of each message. */
export const received: unique symbol = Symbol('farewell.received');
/** Told of each pong. */
export const pong: unique symbol = Symbol('farewell.pong');

const target: unique symbol = Symbol('farewell.target');

/** Whom they are handed on to. */
export interface WsTarget {
  readonly [shell]: Shell;
  [hasOpened](): void;
  [received](message: string | Buffer, bytes: number): void;
  [pong](isAnswer: boolean): void;
}

type Wired = WebSocket & { [target]?: WsTarget };

export function listenToWs(ws: WebSocket, to: WsTarget): void {
  const wired: Wired = ws;
  wired[target] = to;
  ws.on('message', onMessage);
  ws.on('pong', onPong);
  ws.on('error', onError);
  ws.on('close', onClose);
  if (ws.readyState !== ws.CONNECTING) return;
  ws.on('open', onOpen);
  ws.on('unexpected-response', onRefusal);
}

function onMessage(this: Wired, data: RawData, isBinary: boolean): void {
  // Always a Buffer: no other binaryType is set.
  const bytes = data as Buffer;
  this[target]?.[received](isBinary ? bytes : bytes.toString(), bytes.length);
}

/** Our pings are empty, so is their answer; another pong was not asked for. */
function onPong(this: Wired, payload: Buffer): void {
  this[target]?.[pong](payload.length === 0);
}

function onError(this: Wired, error: Error): void {
  this[target]?.[shell].wsFailed(error);
}

function onClose(this: Wired, code: number, reason: Buffer): void {
  this[target]?.[shell].wsClosed(code, reason.toString());
}

function onOpen(this: Wired): void {
  const to = this[target];
  to?.[shell].open();
  to?.[hasOpened]();
}

function onRefusal(this: Wired, _request: unknown, response: IncomingMessage): void {
  response.on('error', () => {});
  const retryAfter = delayOf(response.headers['retry-after']);
  this[target]?.[shell].refused(response.statusCode ?? null, retryAfter);
}

/** RFC 9110 §10.2.3: seconds, or a date. ms; null: none that makes sense. */
function delayOf(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  const isDelay = /^\d{1,9}$/.test(retryAfter);
  const delay = isDelay ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(delay) ? Math.max(0, delay) : null;
}

import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Shell } from './shell.ts';

/**
 * ws's events, handed on without a listener: four of them take 100 B of each connection, and to find one, for a
 * pong or a message, takes a look-up in memory that nothing else uses. ws creates what its option `WebSocket`
 * says, and `emit` is a public method.
 */

/** The shell of a connection. */
export const shell: unique symbol = Symbol('farewell.shell');
/** Told when the opening handshake has completed. */
export const hasOpened: unique symbol = Symbol('farewell.hasOpened');
/** Told of each message. */
export const received: unique symbol = Symbol('farewell.received');
/** Told of each ping. */
export const ping: unique symbol = Symbol('farewell.ping');
/** Told of each pong. */
export const pong: unique symbol = Symbol('farewell.pong');

const target: unique symbol = Symbol('farewell.target');

/** Whom they are handed on to. */
export interface WsTarget {
  readonly [shell]: Shell;
  [hasOpened](): void;
  [received](message: string | Buffer, bytes: number): void;
  [ping](payload: Buffer): void;
  [pong](isAnswer: boolean): void;
}

/** ws's WebSocket, which tells its connection by itself what happens. */
export class WiredWebSocket extends WebSocket {
  [target]: WsTarget | null = null;

  /** From now on `to` is told. */
  wire(to: WsTarget): void {
    this[target] = to;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // ws's own constructor may emit before there is a field.
    const to = this[target] ?? null;
    if (!to || !tell(to, event, args)) return super.emit(event, ...args);
    // A client's is given to others as well (`finishRequest`), who may listen.
    if (to[shell].local === 'client' && this.listenerCount(event) > 0) super.emit(event, ...args);
    return true;
  }
}

/** What ws says with each event. False: nobody is to be told. */
function tell(to: WsTarget, event: string | symbol, args: readonly unknown[]): boolean {
  const [first, second] = args;
  switch (event) {
    case 'message':
      tellMessage(to, first as Buffer, second === true);
      return true;
    case 'ping':
      to[ping](first as Buffer);
      return true;
    case 'pong':
      // Our pings are empty, so is their answer; another pong was not asked for.
      to[pong]((first as Buffer).length === 0);
      return true;
    case 'error':
      to[shell].wsFailed(first);
      return true;
    case 'close':
      to[shell].wsClosed(first as number, (second as Buffer).toString());
      return true;
    case 'open':
      to[shell].open();
      to[hasOpened]();
      return true;
    case 'unexpected-response':
      tellRefusal(to, second as IncomingMessage);
      return true;
    default:
      return false;
  }
}

/** Always a Buffer: no other binaryType is set. */
function tellMessage(to: WsTarget, data: Buffer, isBinary: boolean): void {
  to[received](isBinary ? data : data.toString(), data.length);
}

function tellRefusal(to: WsTarget, response: IncomingMessage): void {
  response.on('error', () => {});
  const retryAfter = delayOf(response.headers['retry-after']);
  to[shell].refused(response.statusCode ?? null, retryAfter);
}

/** RFC 9110 §10.2.3: seconds, or a date. ms; null: none that makes sense. */
function delayOf(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  const isDelay = /^\d{1,9}$/.test(retryAfter);
  const delay = isDelay ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(delay) ? Math.max(0, delay) : null;
}

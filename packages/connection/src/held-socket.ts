import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Who sends FIN first is decided by who calls `end()` first, and ws calls it at once. So the `end` of the
 * socket that ws is given only tells its holder, who ends the stream when it is its turn.
 */

/** Told when ws, or Node at the end of the peer's stream, wants to end ours. */
export interface FinHolder {
  finWanted(): void;
}

const holderOf: unique symbol = Symbol('farewell.finHolder');

type HeldSocket = Socket & { [holderOf]?: FinHolder | null };

/** From now on `end()` asks `holder`. With a chunk (an HTTP answer) it does what it always did. */
export function holdFin(socket: Socket, holder: FinHolder): void {
  const held: HeldSocket = socket;
  held[holderOf] = holder;
  held.end = askHolder;
}

/** Ends the stream: FIN goes out behind all unsent data. */
export function letFinGo(socket: Socket): void {
  const held: HeldSocket = socket;
  held[holderOf] = null;
  endOf(held).call(held);
}

/** The socket is closed. V8 keeps it beyond the next collections (measured), and would keep its holder with it. */
export function forgetHolder(socket: Socket): void {
  const held: HeldSocket = socket;
  held[holderOf] = null;
}

function askHolder(this: HeldSocket, ...args: unknown[]): HeldSocket {
  const holder = this[holderOf];
  if (holder && args.length === 0) holder.finWanted();
  // ws ends it again with the peer's stream. For that Node makes an error that nobody gets (13 us).
  else if (!this.writableEnded) endOf(this).apply(this, args);
  return this;
}

type End = (this: Duplex, ...args: unknown[]) => unknown;

/** The `end` that the socket's class has: TLS's own, or the stream's. */
function endOf(socket: Socket): End {
  const prototype = Object.getPrototypeOf(socket) as { readonly end: End };
  return prototype.end;
}

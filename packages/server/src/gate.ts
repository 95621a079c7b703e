import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ManagedConnection, peerText } from '@farewell/connection';
import { authenticated, checkRequest, type Rejection } from './admission.ts';
import { retryDelay } from './drain/pacing.ts';
import { addressKey, clientAddress } from './limits/client-address.ts';
import { Seats } from './limits/seats.ts';
import type { ServerOptions } from './options.ts';
import { refusalStatus } from './refusals.ts';

/** What a gate needs of its server. */
export interface GateHost {
  /** Does the server let nobody in any more? */
  readonly closed: () => Rejection | null;
  readonly onError: (error: unknown) => void;
}

/** When a client that finds no seat may try again, ms. */
const comeBack = { min: 1_000, max: 10_000 };

const seatKey: unique symbol = Symbol('farewell.seat');

/** A socket has its seat until it has become a connection. */
type Seated = (Socket | ManagedConnection) & { [seatKey]?: string };

/** Decides before the upgrade who may come in. */
export class Gate {
  readonly #options: ServerOptions;
  readonly #openTimeout: number;
  readonly #host: GateHost;
  readonly #seats: Seats | null;
  readonly #addressOf: ReturnType<typeof clientAddress>;
  /** One listener for all sockets: a closure for each would take more memory than the seat. */
  readonly #leave: (this: Seated) => void;

  constructor(options: ServerOptions, openTimeout: number, host: GateHost) {
    const { maxConnections, maxConnectionsPerAddress, trustedProxies } = options;
    this.#options = options;
    this.#openTimeout = openTimeout;
    this.#host = host;
    const isLimited = (maxConnections ?? maxConnectionsPerAddress) !== undefined;
    const seats = isLimited ? new Seats(maxConnections, maxConnectionsPerAddress) : null;
    this.#seats = seats;
    this.#leave = function leave() {
      const key = this[seatKey];
      if (key !== undefined) seats?.giveBack(key);
    };
    this.#addressOf = clientAddress(trustedProxies);
  }

  /** Behind trusted proxies: what they say. Empty: the socket is gone. */
  clientAddress(request: IncomingMessage): string {
    return this.#addressOf(peerText(request.socket), request.headers);
  }

  /** null: it may. A seat that was taken is given back when the socket closes, or by `left`. */
  admit(request: IncomingMessage, socket: Socket): Rejection | null | Promise<Rejection | null> {
    const rejection =
      this.#host.closed() ??
      checkRequest(request, this.#options) ??
      this.#takeSeat(request, socket);
    const { authenticate } = this.#options;
    if (rejection ?? !authenticate) return rejection;
    return this.#ask(request, authenticate);
  }

  /** The connection has its socket's seat from now on: a second listener for `close` would take 64 B of each. */
  entered(connection: ManagedConnection, socket: Socket): void {
    const [next, last]: [Seated, Seated] = [connection, socket];
    const key = last[seatKey];
    if (key === undefined) return;
    next[seatKey] = key;
    socket.off('close', this.#leave);
  }

  /** The connection has ended. */
  left(connection: ManagedConnection): void {
    this.#leave.call(connection);
  }

  async #ask(
    request: IncomingMessage,
    authenticate: NonNullable<ServerOptions['authenticate']>,
  ): Promise<Rejection | null> {
    const { onError } = this.#host;
    const limits = { timeout: this.#openTimeout, onError };
    const rejection = await authenticated(request, authenticate, limits);
    return rejection ?? this.#host.closed();
  }

  #takeSeat(request: IncomingMessage, socket: Socket): Rejection | null {
    const seats = this.#seats;
    if (!seats) return null;
    const key = addressKey(this.clientAddress(request));
    const cause = seats.take(key);
    if (cause) return { cause, status: refusalStatus[cause], headers: retryAfter(retryLater()) };
    const seated: Seated = socket;
    seated[seatKey] = key;
    socket.on('close', this.#leave);
    return null;
  }
}

function retryLater(): number | null {
  return retryDelay({ index: 0, count: 1 }, comeBack, Math.random());
}

/** RFC 9110 §10.2.3: whole seconds. */
export function retryAfter(delay: number | null): Readonly<Record<string, string>> {
  return delay === null ? {} : { 'Retry-After': String(Math.ceil(delay / 1_000)) };
}

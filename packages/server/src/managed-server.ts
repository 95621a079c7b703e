import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  type ConnectionSettings,
  type CutHow,
  connectionSettings,
  holdSocket,
  InvalidOptionError,
  ManagedConnection,
  openConnection,
  withoutOwnTimer,
} from '@farewell/connection';
import type { Policy } from '@farewell/core';
import { type WebSocket, WebSocketServer } from 'ws';
import { admit } from './admission.ts';
import { closeHttp } from './close-http.ts';
import { CutCounter } from './drain/cut-counter.ts';
import { Drain } from './drain/drain.ts';
import { type DrainOptions, drainSettings } from './drain/options.ts';
import type { DrainProgress, DrainReport } from './drain/report.ts';
import type { AnyHttpServer, Refusal, ServerOptions } from './options.ts';
import { refuse } from './refuse.ts';

/** The events of a server. */
export interface ServerEvents {
  /** A connection has opened. A handler that throws or rejects closes it with 1011. */
  connection: [connection: ManagedConnection, request: IncomingMessage];
  /** What a handler threw or released with an error; `connection` is null for the server's own errors. */
  error: [error: unknown, connection: ManagedConnection | null];
  /** Where a drain stands: after each batch, ten times a second while waiting, and at the end. */
  drain: [progress: DrainProgress];
}

type Handler = (...args: ServerEvents['connection']) => unknown;

/** Takes upgrades, and keeps every connection until it has ended. */
export class ManagedServer extends EventEmitter<ServerEvents> implements AsyncDisposable {
  readonly #options: ServerOptions;
  readonly #settings: ConnectionSettings & { policy: Policy };
  readonly #wss: WebSocketServer;
  readonly #connections = new Set<ManagedConnection>();
  readonly #detachments = new Map<AnyHttpServer, () => void>();
  readonly #cuts = new CutCounter();
  #own: AnyHttpServer | null = null;
  #drain: Drain | null = null;
  #drained: Promise<DrainReport> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: ServerOptions) {
    super();
    this.#options = options;
    this.#settings = connectionSettings('server', options, {
      onError: (error, connection) => this.#report(error, connection),
      onEnd: (connection) => this.#ended(connection),
      onCut: (connection, how) => this.#cut(connection, how),
    });
    const ours = { noServer: true, clientTracking: false, ...withoutOwnTimer };
    this.#wss = new WebSocketServer({ ...options.ws, ...ours });
  }

  /** Those that have not ended. */
  get connections(): ReadonlySet<ManagedConnection> {
    return this.#connections;
  }

  /** Fulfilled with the address once the HTTP server listens; rejected if it cannot. */
  get listening(): Promise<AddressInfo> {
    return addressOf(this.#own ?? [...this.#detachments.keys()][0]);
  }

  /** Takes the upgrades of `http` too, until `close`. Gives a function that stops it. */
  attach(http: AnyHttpServer): () => void {
    const onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
      this.handleUpgrade(request, socket, head);
    };
    http.on('upgrade', onUpgrade);
    const detach = (): void => {
      http.off('upgrade', onUpgrade);
      this.#detachments.delete(http);
    };
    this.#detachments.set(http, detach);
    return detach;
  }

  /** For `createServer`: an HTTP server that is closed together with this one. */
  own(http: AnyHttpServer): void {
    this.#own = http;
    this.attach(http);
    http.on('error', (error) => this.#report(error, null));
  }

  /** Upgrades one request, as an HTTP server's `upgrade` event gives it; refuses it by HTTP if it may not. */
  handleUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { openTimeout } = this.#settings.policy;
    socket.on('error', destroyed);
    const answer = this.#refusal() ?? admit(request, this.#options, openTimeout);
    const upgrade = (admission: Refusal | null): void => {
      const refusal = admission ?? this.#refusal();
      if (refusal) refuse(socket, refusal, openTimeout);
      else this.#upgrade(request, socket, head);
    };
    if (!(answer instanceof Promise)) return upgrade(answer);
    answer.then(upgrade).catch((error: unknown) => {
      refuse(socket, { status: 500 }, openTimeout);
      this.#report(error, null);
    });
  }

  /**
   * Stops listening and closes every connection (1001: going away, unless told otherwise). Fulfilled when
   * all have ended and the HTTP server that `port` made is closed; each within its deadlines.
   */
  close(code = 1001, reason = ''): Promise<void> {
    this.#closing ??= this.#close(code, reason);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Closes every connection at a pace, asks each client to come back after a time of its own, and refuses
   * every upgrade with 503 and Retry-After from its first moment on. Fulfilled, never rejected, when all
   * have ended (after `timeout` at the latest: the rest is aborted) and the HTTP server that `port` made
   * is closed. An HTTP server of others goes on listening, and its upgrades are refused until `close`. The
   * same promise however often it is called: only the first call's options count. `close` may cut it
   * short. Throws InvalidOptionError.
   */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    this.#drained ??= this.#startDrain(options);
    return this.#drained;
  }

  /** Where the drain stands, or how it ended; null: none was asked for. */
  get drainProgress(): DrainProgress | null {
    return this.#drain?.progress ?? null;
  }

  #startDrain(options: DrainOptions): Promise<DrainReport> {
    const settings = drainSettings(options);
    this.#settings.policy = { ...this.#settings.policy, drainTimeout: settings.timeout };
    this.#cuts.begin(this.#detachments.keys());
    const drain = new Drain(settings, {
      connections: this.#connections,
      cutIn: () => this.#cuts.sum(),
      onProgress: (progress) => this.#tell(progress),
      onError: (error, connection) => this.#report(error, connection),
    });
    this.#drain = drain;
    drain.start();
    return this.#finish(drain, settings.timeout);
  }

  async #finish(drain: Drain, timeout: number): Promise<DrainReport> {
    const report = await drain.finished;
    if (this.#own) await closeHttp(this.#own, Math.max(0, timeout - report.elapsed));
    return report;
  }

  async #close(code: number, reason: string): Promise<void> {
    this.#detachments.forEach((detach) => detach());
    const { openTimeout } = this.#settings.policy;
    const closed = this.#own ? closeHttp(this.#own, openTimeout) : null;
    await Promise.all([...this.#connections].map((each) => each.close(code, reason)));
    await closed;
  }

  /** While it drains or closes; null: it does neither. */
  #refusal(): Refusal | null {
    const delay = this.#drain?.refuse() ?? null;
    if (delay !== null) return { status: 503, headers: { 'Retry-After': wholeSeconds(delay) } };
    return this.#drain || this.#closing ? { status: 503 } : null;
  }

  #ended(connection: ManagedConnection): void {
    this.#connections.delete(connection);
    this.#drain?.ended(connection);
  }

  #cut(connection: ManagedConnection, how: CutHow): void {
    this.#cuts.count(how);
    // In a drain its turn comes anyway, at a pace.
    if (how === 'ended' && !this.#drain) void connection.close(1001);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      socket.off('error', destroyed);
      this.#take(ws, socket, request);
    });
  }

  #take(ws: WebSocket, socket: Socket, request: IncomingMessage): void {
    const connection = new ManagedConnection(ws, this.#settings);
    holdSocket(connection, socket);
    this.#connections.add(connection);
    openConnection(connection);
    for (const handler of this.listeners('connection') as Handler[]) {
      void this.#run(handler, connection, request);
    }
  }

  async #run(
    handler: Handler,
    connection: ManagedConnection,
    request: IncomingMessage,
  ): Promise<void> {
    try {
      await handler.call(this, connection, request);
    } catch (error) {
      connection.fail(error);
    }
  }

  #tell(progress: DrainProgress): void {
    try {
      this.emit('drain', progress);
    } catch (error) {
      this.#report(error, null);
    }
  }

  /** Without a listener for `error`, Node's own rule applies: the error is thrown. */
  #report(error: unknown, connection: ManagedConnection | null): void {
    if (this.listenerCount('error') > 0) this.emit('error', error, connection);
    else warn(error);
  }
}

/** RFC 9110 §10.2.3: Retry-After knows no fractions. */
function wholeSeconds(delay: number): string {
  return String(Math.ceil(delay / 1_000));
}

function destroyed(this: Socket): void {
  this.destroy();
}

async function addressOf(http: AnyHttpServer | undefined): Promise<AddressInfo> {
  if (!http) throw new InvalidOptionError('Expected an HTTP server: attach one first', 'server');
  if (!http.listening) await once(http, 'listening');
  const address = http.address();
  if (typeof address === 'object' && address !== null) return address;
  throw new InvalidOptionError(`Expected a TCP port, got ${String(address)}`, 'server');
}

function warn(error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning('A handler failed, and nobody listens for `error`.', {
    type: 'FarewellWarning',
    code: 'FAREWELL_HANDLER_FAILED',
    detail,
  });
}

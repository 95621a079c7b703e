import { EventEmitter, once } from 'node:events';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  agreeToReset,
  arePongsOurs,
  type ConnectionSettings,
  type CutHow,
  connectionSettings,
  holdSocket,
  InvalidOptionError,
  ManagedConnection,
  mayReset,
  openConnection,
  resetHeader,
  WiredWebSocket,
  withoutOwnTimer,
} from '@farewell/connection';
import type { Policy } from '@farewell/core';
import { WebSocketServer, type Server as WsServer } from 'ws';
import type { Rejection } from './admission.ts';
import { closeHttp } from './close-http.ts';
import { Counts, type ServerCounts } from './counts.ts';
import { drainChannel, drainedChannel, limitChannel, refusedChannel } from './diagnostics.ts';
import { CutCounter } from './drain/cut-counter.ts';
import { Drain } from './drain/drain.ts';
import { type DrainOptions, drainSettings } from './drain/options.ts';
import type { DrainProgress, DrainReport } from './drain/report.ts';
import { Gate, retryAfter } from './gate.ts';
import { watchHandshakes } from './handshake-deadline.ts';
import { type LimitName, Limits } from './limits/limits.ts';
import { checkLimits } from './limits/options.ts';
import { type Logger, logServer } from './logger.ts';
import type { AnyHttpServer, ServerOptions } from './options.ts';
import { refusalStatus } from './refusals.ts';
import { refuse } from './refuse.ts';
import { within } from './within.ts';

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
  readonly #settings: ConnectionSettings & { policy: Policy };
  readonly #wss: WsServer<typeof WiredWebSocket>;
  readonly #connections = new Set<ManagedConnection>();
  readonly #detachments = new Map<AnyHttpServer, () => void>();
  readonly #gate: Gate;
  readonly #limits: Limits;
  readonly #counts = new Counts();
  readonly #logger: Logger | null;
  readonly #stopLogging: () => void;
  readonly #cuts = new CutCounter();
  readonly #releasing = new Set<Promise<void>>();
  #own: AnyHttpServer | null = null;
  #drain: Drain | null = null;
  #drained: Promise<DrainReport> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: ServerOptions) {
    super();
    checkLimits(options);
    const onLimit = this.#limited.bind(this);
    this.#limits = new Limits(options, this.#connections, onLimit);
    this.#settings = connectionSettings('server', options, {
      owner: this,
      answersPings: arePongsOurs(options.ws),
      ...this.#hooksOfLimits(options),
      onError: (error, connection) => this.#report(error, connection),
      onEnd: (connection) => this.#ended(connection),
      onRelease: (released) => this.#await(released),
      onCut: (connection, how) => this.#cut(connection, how),
    });
    const ours = { noServer: true, clientTracking: false, WebSocket: WiredWebSocket };
    this.#gate = new Gate(options, this.#settings.policy.openTimeout, {
      closed: () => this.#rejection(),
      onError: (error) => this.#report(error, null),
    });
    this.#logger = options.logger ?? null;
    this.#stopLogging = this.#logger ? logServer(this, this.#logger) : () => {};
    this.#wss = new WebSocketServer({
      autoPong: !this.#settings.answersPings,
      ...options.ws,
      ...ours,
      ...withoutOwnTimer,
    });
    this.#wss.on('headers', (headers: string[], request: IncomingMessage) => {
      if (this.#agreesToReset(request)) headers.push(`${resetHeader.name}: ${resetHeader.value}`);
    });
  }

  /** Those that have not ended. */
  get connections(): ReadonlySet<ManagedConnection> {
    return this.#connections;
  }

  /** What was refused and limited so far. */
  get counts(): ServerCounts {
    return this.#counts;
  }

  /** The address of a client: the TCP peer's, or behind `trustedProxies` the one they forward. */
  clientAddress(request: IncomingMessage): string {
    return this.#gate.clientAddress(request);
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
  own(http: HttpServer): void {
    this.#own = http;
    const { openTimeout } = this.#settings.policy;
    watchHandshakes(http, openTimeout, (socket) => {
      this.#refuse({ cause: 'handshake-timeout', status: 408 }, null, socket);
    });
    this.attach(http);
    http.on('error', (error) => this.#report(error, null));
  }

  /** Upgrades one request, as an HTTP server's `upgrade` event gives it; refuses it by HTTP if it may not. */
  handleUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', destroyed);
    const answer = this.#gate.admit(request, socket);
    const upgrade = (rejection: Rejection | null): void => {
      if (rejection) this.#refuse(rejection, request, socket);
      else this.#upgrade(request, socket, head);
    };
    if (answer instanceof Promise) void answer.then(upgrade);
    else upgrade(answer);
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
   * every upgrade with 503 and Retry-After from its first moment on, so that none opens meanwhile.
   * Fulfilled, never rejected, when all have ended (after `timeout` the rest is aborted), what was deferred
   * is released, and the HTTP server that `port` made is closed. An HTTP server of others goes on
   * listening, and its upgrades are refused until `close`. The same promise however often it is called:
   * only the first call's options count. Throws InvalidOptionError.
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
    if (drainedChannel.hasSubscribers) drainedChannel.publish({ server: this, report });
    const left = Math.max(0, timeout - report.elapsed);
    const released = Promise.allSettled(this.#releasing);
    const closed = this.#own && closeHttp(this.#own, left);
    await Promise.all([within<unknown>(left, released, () => {}), closed]);
    return report;
  }

  async #close(code: number, reason: string): Promise<void> {
    this.#detachments.forEach((detach) => detach());
    const { openTimeout } = this.#settings.policy;
    const closed = this.#own ? closeHttp(this.#own, openTimeout) : null;
    await Promise.all([...this.#connections].map((each) => each.close(code, reason)));
    await closed;
    this.#stopLogging();
  }

  /** While it drains or closes; null: it does neither. */
  #rejection(): Rejection | null {
    const drain = this.#drain;
    if (!drain) return this.#closing ? { cause: 'closing', status: refusalStatus.closing } : null;
    const headers = retryAfter(drain.refuse());
    return { cause: 'draining', status: refusalStatus.draining, headers };
  }

  #refuse(rejection: Rejection, request: IncomingMessage | null, socket: Socket): void {
    refuse(socket, rejection, this.#settings.policy.openTimeout);
    this.#refused(rejection, request);
  }

  #refused(
    { cause, status }: Pick<Rejection, 'cause'> & { readonly status: number | null },
    request: IncomingMessage | null,
  ): void {
    this.#counts.refused(cause);
    if (refusedChannel.hasSubscribers)
      refusedChannel.publish({ server: this, request, cause, status });
  }

  #limited(connection: ManagedConnection, limit: LimitName): void {
    this.#counts.limited(limit);
    if (limitChannel.hasSubscribers) limitChannel.publish({ server: this, connection, limit });
  }

  #hooksOfLimits({ messageRate, slowConsumer }: ServerOptions): Partial<ConnectionSettings> {
    const limits = this.#limits;
    return {
      ...(messageRate && { takesMessage: (connection) => limits.received(connection) }),
      ...(slowConsumer && {
        refusesSend: (connection) => limits.refusesSend(connection),
        onUnsent: (connection, bytes) => limits.unsent(connection, bytes),
      }),
    };
  }

  #await(released: Promise<void>): void {
    this.#releasing.add(released);
    void released.finally(() => this.#releasing.delete(released));
  }

  #ended(connection: ManagedConnection): void {
    this.#connections.delete(connection);
    this.#gate.left(connection);
    this.#limits.ended(connection);
    this.#drain?.ended(connection);
  }

  #cut(connection: ManagedConnection, how: CutHow): void {
    this.#cuts.count(how);
    // In a drain its turn comes anyway, at a pace.
    if (how === 'ended' && !this.#drain) void connection.close(1001);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    let isTaken = false;
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      isTaken = true;
      socket.off('error', destroyed);
      this.#take(ws, socket, request);
    });
    // ws has answered by itself, or the socket was gone.
    if (!isTaken) this.#refused({ cause: 'bad-handshake', status: null }, request);
  }

  #agreesToReset({ headers }: IncomingMessage): boolean {
    return this.#settings.policy.afterHandshake === 'reset' && mayReset(headers);
  }

  #take(ws: WiredWebSocket, socket: Socket, request: IncomingMessage): void {
    const connection = new ManagedConnection(ws, this.#settings);
    holdSocket(connection, socket);
    if (this.#agreesToReset(request)) agreeToReset(connection);
    this.#connections.add(connection);
    this.#gate.entered(connection, socket);
    this.#counts.opened += 1;
    openConnection(connection);
    this.#limits.opened(connection);
    for (const handler of this.listeners('connection') as Handler[]) {
      this.#run(handler, connection, request);
    }
  }

  /** It may throw or reject. */
  #run(handler: Handler, connection: ManagedConnection, request: IncomingMessage): void {
    const failed = (error: unknown): void => connection.fail(error);
    try {
      const running: unknown = handler.call(this, connection, request);
      if (running !== undefined) Promise.resolve(running).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #tell(progress: DrainProgress): void {
    if (drainChannel.hasSubscribers) drainChannel.publish({ server: this, progress });
    try {
      this.emit('drain', progress);
    } catch (error) {
      this.#report(error, null);
    }
  }

  #report(error: unknown, connection: ManagedConnection | null): void {
    this.#logger?.error({ err: error }, 'a handler failed');
    if (this.listenerCount('error') > 0) this.emit('error', error, connection);
    else if (!this.#logger) warn(error);
  }
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

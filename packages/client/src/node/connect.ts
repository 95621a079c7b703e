import type { Socket } from 'node:net';
import {
  agreeToReset,
  arePongsOurs,
  type ConnectionOptions,
  connectionSettings,
  holdSocket,
  InvalidOptionError,
  ManagedConnection,
  mayReset,
  resetHeader,
  startOpening,
  WiredWebSocket,
  withoutOwnTimer,
} from '@farewell/connection';
import type { ClientOptions } from 'ws';
import { createConnection, type RequestArgs, type TcpOptions } from './create-connection.ts';

/** Options of `connect`. Durations in ms. */
export interface ConnectOptions extends ConnectionOptions, TcpOptions {
  /** Subprotocols, the preferred one first. */
  readonly protocols?: string | readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly origin?: string;
  /** Its abortion closes the connection (1001), or gives up the opening. */
  readonly signal?: AbortSignal;
  /** ws's other options: `perMessageDeflate`, `maxPayload`, TLS's `ca`, `cert` and so on. */
  readonly ws?: Omit<ClientOptions, 'createConnection' | 'closeTimeout' | 'handshakeTimeout'>;
}

/**
 * Connects to `ws:` or `wss:`. Gives the connection at once; `opened` tells when it is open, within
 * `openTimeout`. Throws InvalidOptionError for a wrong URL or option, and nothing for what the network does.
 */
export function connect(url: string | URL, options: ConnectOptions = {}): ManagedConnection {
  const settings = connectionSettings('client', options, hooksOf(options));
  const sockets = new Sockets(options);
  const ws = openWebSocket(url, options, sockets);
  const connection = new ManagedConnection(ws, settings);
  sockets.heldBy(connection);
  startOpening(connection);
  if (options.signal) follow(connection, options.signal);
  if (options.afterHandshake === 'reset')
    ws.once('upgrade', ({ headers }) => mayReset(headers) && agreeToReset(connection));
  return connection;
}

/**
 * ws asks for its socket before there is a connection to hold it, and for others if it follows redirects.
 * A class for the reason that core's `unsettled` has.
 */
class Sockets {
  readonly #options: TcpOptions;
  #connection: ManagedConnection | null = null;
  #latest: Socket | null = null;

  constructor(options: TcpOptions) {
    this.#options = options;
  }

  create(args: RequestArgs): Socket {
    const socket = createConnection(args, this.#options, notApplied);
    this.#latest = socket;
    if (this.#connection) holdSocket(this.#connection, socket);
    return socket;
  }

  heldBy(connection: ManagedConnection): void {
    this.#connection = connection;
    if (this.#latest) holdSocket(connection, this.#latest);
  }
}

function openWebSocket(
  url: string | URL,
  options: ConnectOptions,
  sockets: Sockets,
): WiredWebSocket {
  const { protocols = [], headers, origin } = options;
  const create = (args: RequestArgs): Socket => sockets.create(args);
  const createConnection = create as NonNullable<ClientOptions['createConnection']>;
  const { closeTimeout } = withoutOwnTimer;
  // Ours stand first as well: V8 makes the shape of what is added behind a spread anew each time (6 us).
  const wsOptions: ClientOptions & typeof withoutOwnTimer = {
    autoPong: !arePongsOurs(options.ws),
    closeTimeout,
    createConnection,
    ...options.ws,
  };
  wsOptions.closeTimeout = closeTimeout;
  wsOptions.createConnection = createConnection;
  if (headers) wsOptions.headers = { ...headers };
  if (options.afterHandshake === 'reset')
    wsOptions.headers = { ...wsOptions.headers, [resetHeader.name]: resetHeader.value };
  if (origin !== undefined) wsOptions.origin = origin;
  try {
    return new WiredWebSocket(
      url,
      typeof protocols === 'string' ? protocols : [...protocols],
      wsOptions,
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidOptionError(
      `Expected a WebSocket URL and options that ws takes: ${message}`,
      'url',
    );
  }
}

function follow(connection: ManagedConnection, signal: AbortSignal): void {
  const close = (): void => void connection.close(1001);
  if (signal.aborted) return close();
  signal.addEventListener('abort', close, { once: true });
  connection.once('close', () => signal.removeEventListener('abort', close));
}

function notApplied(names: readonly string[]): void {
  const options = names.map((name) => `\`${name}\``).join(', ');
  process.emitWarning(
    `${options} not applied: Node has no way to set it. Install koffi (Linux only).`,
    { type: 'FarewellWarning', code: 'FAREWELL_NOT_APPLIED' },
  );
}

/** An error of a handler that nobody listens for must not be lost. */
function warn(error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning("A connection's handler failed, and nobody listens for `error`.", {
    type: 'FarewellWarning',
    code: 'FAREWELL_HANDLER_FAILED',
    detail,
  });
}

const hooks = { onError: warn, onEnd: (): void => {}, answersPings: true };
const hooksWithoutPongs = { ...hooks, answersPings: false };

function hooksOf({ ws }: ConnectOptions): typeof hooks {
  return arePongsOurs(ws) ? hooks : hooksWithoutPongs;
}

import {
  agreeToReset,
  type ConnectionOptions,
  connectionSettings,
  holdSocket,
  InvalidOptionError,
  ManagedConnection,
  mayReset,
  resetHeader,
  startOpening,
  withoutOwnTimer,
} from '@farewell/connection';
import { type ClientOptions, WebSocket } from 'ws';
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
  const settings = connectionSettings('client', options, hooks);
  const held: Held = { connection: null, socket: null };
  const ws = openWebSocket(url, options, held);
  const connection = new ManagedConnection(ws, settings);
  held.connection = connection;
  if (held.socket) holdSocket(connection, held.socket);
  startOpening(connection);
  if (options.signal) follow(connection, options.signal);
  if (options.afterHandshake === 'reset')
    ws.once('upgrade', ({ headers }) => mayReset(headers) && agreeToReset(connection));
  return connection;
}

/** ws asks for its socket before there is a connection to hold it. */
interface Held {
  connection: ManagedConnection | null;
  socket: ReturnType<typeof createConnection> | null;
}

function openWebSocket(url: string | URL, options: ConnectOptions, held: Held): WebSocket {
  const { protocols = [], headers, origin } = options;
  const create = (args: RequestArgs): NonNullable<Held['socket']> => {
    held.socket = createConnection(args, options, notApplied);
    if (held.connection) holdSocket(held.connection, held.socket);
    return held.socket;
  };
  const wsOptions: ClientOptions = { ...options.ws, ...withoutOwnTimer };
  wsOptions.createConnection = create as NonNullable<ClientOptions['createConnection']>;
  if (headers) wsOptions.headers = { ...headers };
  if (options.afterHandshake === 'reset')
    wsOptions.headers = { ...wsOptions.headers, [resetHeader.name]: resetHeader.value };
  if (origin !== undefined) wsOptions.origin = origin;
  try {
    return new WebSocket(
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

const hooks = { onError: warn, onEnd: (): void => {} };

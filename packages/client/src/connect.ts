import { InvalidOptionError } from '@farewell/core';
import { onAbortUntil } from './abort.ts';
import { ManagedConnection } from './managed-connection.ts';
import type { NativeWebSocket } from './native-web-socket.ts';
import { type ConnectOptions, globalWebSocket, settingsOf } from './options.ts';

/**
 * Connects to `ws:` or `wss:` over the WebSocket of the browser (or of Node 22). Gives the connection at
 * once; `opened` tells when it is open, within `openTimeout`. Throws InvalidOptionError for a wrong URL or
 * option, and nothing for what the network does.
 */
export function connect(url: string | URL, options: ConnectOptions = {}): ManagedConnection {
  const settings = settingsOf(options);
  const connection = new ManagedConnection(open(url, options), settings);
  onAbortUntil(connection.closed, options.signal, () => void connection.close(4001));
  return connection;
}

function open(url: string | URL, options: ConnectOptions): NativeWebSocket {
  const { protocols = [], WebSocket = globalWebSocket() } = options;
  try {
    return new WebSocket(url, typeof protocols === 'string' ? protocols : [...protocols]);
  } catch (error) {
    const expected = `Expected a WebSocket URL and valid subprotocols, got \`${String(url)}\``;
    throw new InvalidOptionError(`${expected}: ${String(error)}`, 'url');
  }
}

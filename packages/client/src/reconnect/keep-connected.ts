import { onAbortUntil } from '../abort.ts';
import type { ClientConnection } from './client-connection.ts';
import { type ReconnectOptions, reconnectSettings } from './options.ts';
import { type Dial, ReconnectingConnection } from './reconnecting-connection.ts';

/** A URL, or what gives one for each attempt (with a fresh token, say). */
export type UrlSource = string | URL | (() => string | URL | Promise<string | URL>);

/** `keepConnected` for one kind of connection. */
export function keepConnectedBy<M, O extends object>(
  connect: (url: string | URL, options: O) => ClientConnection<M>,
): (url: UrlSource, options?: O & ReconnectOptions) => ReconnectingConnection<M> {
  return (url, options = {} as O & ReconnectOptions) => {
    // The signal is that of the whole: each connection is closed by it, and no other is made.
    const { signal, ...others } = options;
    const dial = dialer(url, (to) => connect(to, others as unknown as O));
    const connection = new ReconnectingConnection(dial, reconnectSettings(options));
    onAbortUntil(connection.closed, signal, () => void connection.close(4001));
    return connection;
  };
}

function dialer<M>(url: UrlSource, connect: (url: string | URL) => ClientConnection<M>): Dial<M> {
  if (typeof url !== 'function') return () => connect(url);
  return () => {
    const to = url();
    return to instanceof Promise ? to.then(connect) : connect(to);
  };
}

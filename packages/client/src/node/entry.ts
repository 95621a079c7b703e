import type { Message } from '@farewell/connection';
import { keepConnectedBy } from '../reconnect/keep-connected.ts';
import { webSocketClassBy } from '../web-socket-class.ts';
import { type ConnectOptions, connect } from './connect.ts';

/**
 * Connects, and connects again whenever the connection is lost: after a random delay that grows with each
 * failure, or the one that the server asked for (in its Close frame, or by Retry-After). Gives it at once;
 * `opened` tells of the first opening. Throws InvalidOptionError for a wrong URL or option.
 */
export const keepConnected = keepConnectedBy<Message, ConnectOptions>(connect);

/** A `WebSocket` class for libraries that take one: WHATWG's, over connections of `connect` with these options. */
export const webSocketClass = webSocketClassBy<ConnectOptions>(connect);

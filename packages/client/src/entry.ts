import { connect } from './connect.ts';
import type { Message } from './managed-connection.ts';
import type { ConnectOptions } from './options.ts';
import { keepConnectedBy } from './reconnect/keep-connected.ts';
import { webSocketClassBy } from './web-socket-class.ts';

/**
 * Connects, and connects again whenever the connection is lost: after a random delay that grows with each
 * failure, or the one that the server asked for. Gives it at once; `opened` tells of the first opening.
 * Throws InvalidOptionError for a wrong URL or option.
 */
export const keepConnected = /* @__PURE__ */ keepConnectedBy<Message, ConnectOptions>(connect);

/** A `WebSocket` class for libraries that take one: WHATWG's, over connections of `connect` with these options. */
export const webSocketClass = /* @__PURE__ */ webSocketClassBy<ConnectOptions>(connect);

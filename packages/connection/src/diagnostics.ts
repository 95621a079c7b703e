import { channel } from 'node:diagnostics_channel';

/**
 * What every connection tells on diagnostics_channel, if somebody listens. `owner` is the ManagedServer of
 * a server's connection and null for a client's; `connection` a ManagedConnection.
 */

/** `farewell:connection:opened`, `{ connection, owner }`, when its opening handshake has completed. */
export const openedChannel = channel('farewell:connection:opened');

/** `farewell:connection:heartbeat`, `{ connection, owner, latency }`, when a ping was answered; `latency` in ms. */
export const heartbeatChannel = channel('farewell:connection:heartbeat');

/** `farewell:connection:closing`, `{ connection, owner }`, when its first Close frame has been sent or received. */
export const closingChannel = channel('farewell:connection:closing');

/** `farewell:connection:closed`, `{ connection, owner, ending }`, when it has ended; a connection that never opened too. */
export const closedChannel = channel('farewell:connection:closed');

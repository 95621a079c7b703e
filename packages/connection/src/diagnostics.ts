import { channel } from 'node:diagnostics_channel';
import type { Ending } from './ending.ts';
import type { ManagedConnection } from './managed-connection.ts';

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

/** `farewell:connection:closed`, `{ connection, owner, ending }`, when it has ended; a connection that never opened too. `ending` is concluded when it is read. */
export const closedChannel = channel('farewell:connection:closed');

/** Of the closed channel. To conclude an ending costs more than all else that is told, and who only counts needs none. */
export class ClosedMessage {
  readonly connection: ManagedConnection;
  readonly owner: object | null;

  constructor(connection: ManagedConnection, owner: object | null) {
    this.connection = connection;
    this.owner = owner;
  }

  get ending(): Ending | null {
    return this.connection.ending;
  }
}

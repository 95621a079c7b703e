import { channel } from 'node:diagnostics_channel';

/** `{ connection }`, when its opening handshake has completed. */
export const openedChannel = channel('farewell:connection:opened');

/** `{ connection, ending }`, when it has ended. */
export const closedChannel = channel('farewell:connection:closed');

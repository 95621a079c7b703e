import { channel } from 'node:diagnostics_channel';

/**
 * What a server tells on diagnostics_channel, if somebody listens, beside what each of its connections does
 * (`farewell:connection:opened`, `heartbeat`, `closing` and `closed`). `server` is the ManagedServer.
 */

/** `farewell:server:refused`, `{ server, request, cause, status }`: a request was not upgraded; `request` null: there was no whole one. */
export const refusedChannel = channel('farewell:server:refused');

/** `farewell:server:limit`, `{ server, connection, limit }`: a connection met a limit. */
export const limitChannel = channel('farewell:server:limit');

/** `farewell:server:drain`, `{ server, progress }`: see the event `drain`. */
export const drainChannel = channel('farewell:server:drain');

/** `farewell:server:drained`, `{ server, report }`: the drain is over. */
export const drainedChannel = channel('farewell:server:drained');

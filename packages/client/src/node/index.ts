export type {
  ConnectionEvents,
  ConnectionOptions,
  Ending,
  Message,
  SendOptions,
} from '@farewell/connection';
export {
  ConnectionClosedError,
  ConnectionNotOpenedError,
  InvalidOptionError,
  type ManagedConnection,
} from '@farewell/connection';
export { type ConnectOptions, connect } from './connect.ts';
export type { TcpKeepAlive } from './create-connection.ts';

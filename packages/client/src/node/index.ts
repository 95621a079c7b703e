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
export type { ClientConnection } from '../reconnect/client-connection.ts';
export type { UrlSource } from '../reconnect/keep-connected.ts';
export { NotSentError, type QueueOptions } from '../reconnect/offline-queue.ts';
export { type ReconnectOptions, worthReconnecting } from '../reconnect/options.ts';
export type {
  FinalEnding,
  FinalWhy,
  ReconnectEvents,
  ReconnectingConnection,
  Retry,
} from '../reconnect/reconnecting-connection.ts';
export type {
  FarewellCloseEvent,
  FarewellWebSocket,
  FarewellWebSocketClass,
} from '../web-socket-class.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { TcpKeepAlive } from './create-connection.ts';
export { keepConnected, webSocketClass } from './entry.ts';

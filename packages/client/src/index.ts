export {
  ConnectionClosedError,
  ConnectionNotOpenedError,
  type Ending,
  InvalidOptionError,
} from '@farewell/core';
export type { Clock } from './clock.ts';
export { connect } from './connect.ts';
export { keepConnected, webSocketClass } from './entry.ts';
export type {
  ConnectionEvents,
  ManagedConnection,
  Message,
  Sendable,
  SendOptions,
} from './managed-connection.ts';
export type {
  NativeCloseEvent,
  NativeWebSocket,
  NativeWebSocketClass,
} from './native-web-socket.ts';
export type { ConnectOptions } from './options.ts';
export type { Page } from './page.ts';
export type { ClientConnection } from './reconnect/client-connection.ts';
export type { UrlSource } from './reconnect/keep-connected.ts';
export { NotSentError, type QueueOptions } from './reconnect/offline-queue.ts';
export { type ReconnectOptions, worthReconnecting } from './reconnect/options.ts';
export type {
  FinalEnding,
  FinalWhy,
  ReconnectEvents,
  ReconnectingConnection,
  Retry,
} from './reconnect/reconnecting-connection.ts';
export type {
  FarewellCloseEvent,
  FarewellWebSocket,
  FarewellWebSocketClass,
} from './web-socket-class.ts';

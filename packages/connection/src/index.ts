export { type Alarm, alarmClock, now } from './alarm-clock.ts';
export { closedChannel, closingChannel, heartbeatChannel, openedChannel } from './diagnostics.ts';
export type { Ending } from './ending.ts';
export {
  ConnectionClosedError,
  ConnectionNotOpenedError,
  InvalidOptionError,
} from './errors.ts';
export { peerText } from './kernel/addresses.ts';
export { applyTcpOptions } from './kernel/own-socket.ts';
export type {
  ConnectionEvents,
  ConnectionSettings,
  Message,
  SendOptions,
} from './managed-connection.ts';
export { ManagedConnection } from './managed-connection.ts';
export { arePongsOurs } from './pongs.ts';
export { mayReset, resetHeader } from './reset-agreement.ts';
export { type ConnectionOptions, connectionSettings } from './settings.ts';
export type { CutHow } from './shell-owner.ts';
export type { DrainOrder } from './start.ts';
export {
  agreeToReset,
  closedCleanly,
  countedEnding,
  drainConnection,
  holdSocket,
  isDrained,
  openConnection,
  openedAt,
  startOpening,
  withoutOwnTimer,
} from './start.ts';
export { WiredWebSocket } from './ws-events.ts';

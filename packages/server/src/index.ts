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
export type { ServerCounts } from './counts.ts';
export { createServer } from './create-server.ts';
export type { DrainOptions } from './drain/options.ts';
export type { CutIn, DrainProgress, DrainReport, Straggler } from './drain/report.ts';
export type { LimitName } from './limits/limits.ts';
export { SlowConsumerError } from './limits/limits.ts';
export type { LimitOptions, SlowConsumerOptions, TrustedProxies } from './limits/options.ts';
export type { Logger } from './logger.ts';
export type { ServerEvents } from './managed-server.ts';
export { ManagedServer } from './managed-server.ts';
export type { Refusal, ServerOptions } from './options.ts';
export type { RefusalCause } from './refusals.ts';
export { exitCodes, installSignalHandlers, type SignalHandlerOptions } from './signal-handlers.ts';

import type { Channel } from 'node:diagnostics_channel';
import {
  closedChannel,
  closingChannel,
  heartbeatChannel,
  type ManagedConnection,
  openedChannel,
} from '@farewell/connection';
import { drainChannel, drainedChannel, limitChannel, refusedChannel } from '../diagnostics.ts';
import type { DrainProgress, DrainReport } from '../drain/report.ts';
import type { LimitName } from '../limits/limits.ts';
import type { ManagedServer } from '../managed-server.ts';
import type { RefusalCause } from '../refusals.ts';

/** What happens to a server and its connections; each is told only if it is there. */
export interface ServerWatcher {
  opened?(connection: ManagedConnection): void;
  heartbeat?(connection: ManagedConnection, latency: number): void;
  closing?(connection: ManagedConnection): void;
  closed?(connection: ManagedConnection): void;
  refused?(cause: RefusalCause, status: number | null): void;
  limited?(limit: LimitName, connection: ManagedConnection): void;
  drain?(progress: DrainProgress): void;
  drained?(report: DrainReport): void;
}

/** What stands in the messages of the channels, see diagnostics.ts here and in the package connection. */
interface Told {
  readonly owner: unknown;
  readonly server: unknown;
  readonly connection: ManagedConnection;
  readonly latency: number;
  readonly cause: RefusalCause;
  readonly status: number | null;
  readonly limit: LimitName;
  readonly progress: DrainProgress;
  readonly report: DrainReport;
}

/** Watches one server through diagnostics_channel. Gives a function that stops it. */
export function watchServer(server: ManagedServer, watcher: ServerWatcher): () => void {
  const watched: readonly (readonly [Channel, keyof ServerWatcher, (told: Told) => void])[] = [
    [openedChannel, 'opened', ({ connection }) => watcher.opened?.(connection)],
    [
      heartbeatChannel,
      'heartbeat',
      ({ connection, latency }) => watcher.heartbeat?.(connection, latency),
    ],
    [closingChannel, 'closing', ({ connection }) => watcher.closing?.(connection)],
    [closedChannel, 'closed', ({ connection }) => watcher.closed?.(connection)],
    [refusedChannel, 'refused', ({ cause, status }) => watcher.refused?.(cause, status)],
    [limitChannel, 'limited', ({ limit, connection }) => watcher.limited?.(limit, connection)],
    [drainChannel, 'drain', ({ progress }) => watcher.drain?.(progress)],
    [drainedChannel, 'drained', ({ report }) => watcher.drained?.(report)],
  ];
  const stops = watched
    .filter(([, name]) => watcher[name])
    .map(([channel, , tell]) => subscribe(channel, server, tell));
  return () => stops.forEach((stop) => stop());
}

/** The channels are the process's; only what is about `server` is told. */
function subscribe(
  channel: Channel,
  server: ManagedServer,
  tell: (told: Told) => void,
): () => void {
  const listener = (message: unknown): void => {
    const told = message as Told;
    if (told.owner === server || told.server === server) tell(told);
  };
  channel.subscribe(listener);
  return () => channel.unsubscribe(listener);
}

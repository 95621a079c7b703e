import type { Cause } from './cause.ts';
import { concludeCauseAt } from './conclude-cause.ts';
import type { Connection } from './connection.ts';
import { type CloseOutcome, closeEventAt, type Phases } from './outcome.ts';
import { type TcpOutcome, timeWaitHeld } from './tcp-outcome.ts';
import type { Role } from './tcp-state.ts';

/** What is counted of an outcome, each as it stands there. */
export interface CountedOutcome {
  readonly cause: Cause;
  readonly code: CloseOutcome['code'];
  readonly heldTimeWait: TcpOutcome['heldTimeWait'];
  readonly closeAt: Phases['closeAt'];
  readonly endedAt: number;
}

/**
 * Of the outcome at `role`, what metrics count, for less than half of what it costs to conclude all of it. null as
 * long as the connection has not ended there.
 */
export function countedOutcome(connection: Connection, role: Role): CountedOutcome | null {
  const endedAt = connection.endedAt[role];
  if (endedAt === undefined) return null;
  const { client, server } = connection;
  return {
    cause: concludeCauseAt(connection, role),
    code: closeEventAt(connection, role).code,
    heldTimeWait: timeWaitHeld(connection),
    closeAt: {
      client: client.closeFrame?.times[role] ?? 'unknown',
      server: server.closeFrame?.times[role] ?? 'unknown',
    },
    endedAt,
  };
}

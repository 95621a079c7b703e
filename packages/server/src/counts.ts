import type { LimitName } from './limits/limits.ts';
import type { RefusalCause } from './refusals.ts';

/** What a server has counted since it was made. */
export interface ServerCounts {
  /** Connections that opened. */
  readonly opened: number;
  /** Requests that were not upgraded. */
  readonly refusals: Readonly<Partial<Record<RefusalCause, number>>>;
  /** Connections that met a limit, each time. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
}

export class Counts implements ServerCounts {
  opened = 0;
  readonly refusals: Partial<Record<RefusalCause, number>> = {};
  readonly limits: Partial<Record<LimitName, number>> = {};

  refused(cause: RefusalCause): void {
    this.refusals[cause] = (this.refusals[cause] ?? 0) + 1;
  }

  limited(limit: LimitName): void {
    this.limits[limit] = (this.limits[limit] ?? 0) + 1;
  }
}

import { closedCleanly, type ManagedConnection } from '@farewell/connection';
import type { Cause, Ending } from '@farewell/core';
import type { Straggler } from './report.ts';

/** How a connection of a drain ended: `forced` by a deadline or `terminate`, `lost` by anybody else. */
export type Verdict = 'clean' | 'forced' | 'lost';

const mostStragglers = 100;

/** Counts endings. */
export class Tally {
  readonly counts: Record<Verdict, number> = { clean: 0, forced: 0, lost: 0 };
  readonly causes: Partial<Record<Cause, number>> = {};
  readonly stragglers: Straggler[] = [];

  /** Most endings are alike, and need not be concluded to be counted. */
  add(connection: ManagedConnection): void {
    if (closedCleanly(connection)) return this.#count('clean', 'closing-handshake');
    const { ending } = connection;
    if (!ending) return;
    const { cause } = ending;
    const verdict = verdictOf(ending);
    this.#count(verdict, cause);
    if (verdict !== 'forced' || this.stragglers.length >= mostStragglers) return;
    const { remoteAddress, remotePort } = connection;
    const { unflushedBytes, text } = ending;
    this.stragglers.push({ remoteAddress, remotePort, cause, unflushedBytes, text });
  }

  #count(verdict: Verdict, cause: Cause): void {
    this.counts[verdict] += 1;
    this.causes[cause] = (this.causes[cause] ?? 0) + 1;
  }
}

function verdictOf({ cause, wasClean }: Ending): Verdict {
  if (cause === 'terminated' || cause.endsWith('-deadline')) return 'forced';
  return wasClean === true ? 'clean' : 'lost';
}

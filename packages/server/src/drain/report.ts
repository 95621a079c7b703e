import type { Cause, Ending } from '@farewell/core';

/** A connection that had to be given up. */
export interface Straggler {
  /** undefined: its socket no longer knew. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly cause: Cause;
  /** Bytes that never left. */
  readonly unflushedBytes: Ending['unflushedBytes'];
  /** How it ended, in one line. */
  readonly text: string;
}

/** What other code of this process did to sockets of connections that had not ended. */
export interface CutIn {
  /** The HTTP server stopped listening before the drain was over. null: it did not, or there is none. */
  readonly stoppedListening: 'before' | 'during' | null;
  /** Sockets on which `end()` was called. Their connections got a closing handshake all the same. */
  readonly ended: { readonly before: number; readonly during: number };
  /** Sockets on which `destroy()` was called. Their peers got no Close frame, or no time to answer it. */
  readonly destroyed: { readonly before: number; readonly during: number };
}

/** Where a drain stands. */
export interface DrainProgress {
  /** ms since it began. */
  readonly elapsed: number;
  /** Those that were there when it began. */
  readonly connections: number;
  /** Their turn is still to come. */
  readonly waiting: number;
  /** The closing has begun and is not over. */
  readonly closing: number;
  /** Ended; both Close frames passed. */
  readonly clean: number;
  /** Ended; given up because a deadline expired, or by `terminate`. */
  readonly forced: number;
  /** Ended; neither clean nor forced: reset by the peer, cut, unreachable. */
  readonly lost: number;
  /** Upgrades answered with 503 so far. */
  readonly refused: number;
}

/** How a drain went. */
export interface DrainReport extends DrainProgress {
  /** Is `timeout` over? Then the rest was aborted. */
  readonly isTimedOut: boolean;
  /** How many ended of what. */
  readonly causes: Readonly<Partial<Record<Cause, number>>>;
  /** Those forced, the first hundred of them. */
  readonly stragglers: readonly Straggler[];
  /** null: nobody else closed sockets or the listener. */
  readonly cutIn: CutIn | null;
  /** One line, made of the facts. */
  readonly text: string;
}

type Facts = Omit<DrainReport, 'text'>;

/** The report, and its text. */
export function drainReport(facts: Facts): DrainReport {
  return { ...facts, text: textOf(facts) };
}

function textOf(facts: Facts): string {
  const { connections, clean, elapsed, refused, isTimedOut } = facts;
  const parts = [
    `drained ${connections} connection${connections === 1 ? '' : 's'} in ${(elapsed / 1_000).toFixed(1)} s: ${clean} closed cleanly`,
    ...othersOf(facts),
    ...(refused > 0 ? [`${refused} upgrades refused`] : []),
    ...(isTimedOut ? ['the timeout was over'] : []),
    ...cutsOf(facts.cutIn),
  ];
  return parts.join('; ');
}

function othersOf({ causes, forced, lost }: Facts): string[] {
  const names = Object.entries(causes)
    .filter(([cause]) => !cleanCauses.has(cause))
    .map(([cause, count]) => `${count} ${cause}`);
  const detail = names.length > 0 ? ` (${names.join(', ')})` : '';
  return forced + lost > 0 ? [`${forced} forced, ${lost} lost${detail}`] : [];
}

const cleanCauses = new Set<string>(['closing-handshake', 'handler-threw', 'protocol-violation']);

function cutsOf(cutIn: CutIn | null): string[] {
  if (!cutIn) return [];
  const { stoppedListening, ended, destroyed } = cutIn;
  const counts = [
    [ended.before, 'ended', 'before the drain'],
    [ended.during, 'ended', 'during the drain'],
    [destroyed.before, 'destroyed', 'before the drain'],
    [destroyed.during, 'destroyed', 'during the drain'],
  ] as const;
  return [
    ...(stoppedListening
      ? [`the HTTP server stopped listening ${stoppedListening} the drain`]
      : []),
    ...counts
      .filter(([count]) => count > 0)
      .map(([count, did, when]) => `other code ${did} ${count} sockets ${when}`),
  ];
}

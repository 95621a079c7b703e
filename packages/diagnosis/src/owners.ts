import type { Owners, ProcessInfo, SocketRow } from '@farewell/core';
import type { ProcessRef } from './verdict.ts';

/** Who holds which socket, or made it if it is a TIME-WAIT, as far as it was seen. */
export interface Ownership {
  /** False: nobody looked, or nothing could be seen. */
  readonly known: boolean;
  readonly byPid: (pid: number) => ProcessInfo | null;
  /** The process that holds the row's descriptor; null: none (inode 0) or not seen. */
  readonly of: (row: SocketRow) => ProcessInfo | null;
  /** Every process that shares the descriptor. */
  readonly allOf: (row: SocketRow) => readonly number[];
}

const nobody: readonly number[] = [];

export function ownership(owners: Owners | null): Ownership {
  const byPid = new Map(owners?.processes.map((process) => [process.pid, process]));
  const allOf = (row: SocketRow): readonly number[] =>
    (row.inode ? owners?.byInode.get(row.inode) : null) ?? owners?.byRow?.get(row) ?? nobody;
  return {
    byPid: (pid) => byPid.get(pid) ?? null,
    known: byPid.size > 0,
    allOf,
    of: (row) => {
      const pids = allOf(row);
      // A shared descriptor is named by its oldest holder, which is the parent of the others.
      const [first = null] = pids;
      const pid = pids.length > 1 ? Math.min(...pids) : first;
      return pid === null ? null : (byPid.get(pid) ?? null);
    },
  };
}

export function processRef(process: ProcessInfo): ProcessRef {
  const { pid, name, user, container } = process;
  return { pid, name, user, container };
}

/** Processes with the number of sockets that each holds, the one with the most first. */
export type Holders = readonly (readonly [process: ProcessInfo, count: number])[];

/** The holders of these lists of rows. */
export function holders(lists: readonly (readonly SocketRow[])[], ownership: Ownership): Holders {
  const counts = new Map<ProcessInfo, number>();
  const count = (row: SocketRow): void => {
    const process = ownership.of(row);
    if (process) counts.set(process, (counts.get(process) ?? 0) + 1);
  };
  for (const rows of lists) rows.forEach(count);
  return theMostFirst(counts);
}

/** The holders of several sets of rows. */
export function together(all: readonly Holders[]): Holders {
  const counts = new Map<ProcessInfo, number>();
  for (const [process, count] of all.flat())
    counts.set(process, (counts.get(process) ?? 0) + count);
  return theMostFirst(counts);
}

function theMostFirst(counts: ReadonlyMap<ProcessInfo, number>): Holders {
  return [...counts].sort(([a, m], [b, n]) => n - m || a.pid - b.pid);
}

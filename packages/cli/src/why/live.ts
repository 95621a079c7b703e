import type { Counters, Evidence, SocketTable } from '@farewell/core';
import type { NamespaceReader } from '@farewell/evidence';
import type { TypedTarget } from './parse-target.ts';

/** One look at a namespace: its sockets and its counters at the same time. */
export interface Look {
  readonly table: SocketTable;
  readonly counters: Counters | null;
}

/** Reads the sockets and the counters now. */
export function look(reader: NamespaceReader): Look {
  return { counters: reader.readCounters(), table: reader.readTable() };
}

/** Evidence from the looks taken, oldest first, with who holds the target's sockets and the settings. */
export function liveEvidence(
  reader: NamespaceReader,
  looks: readonly Look[],
  target: TypedTarget,
): Evidence {
  const settings = reader.readSettings();
  const owners = reader.readOwners(inodesOf(target, looks));
  return {
    namespace: reader.namespace,
    snapshots: looks.map(({ table }) => table),
    owners,
    settings,
    counters: looks.flatMap(({ counters }) => (counters === null ? [] : [counters])),
    missing: reader.missing,
    platform: 'linux',
  };
}

/**
 * The sockets whose owners are worth finding: for a port those that have it. Undefined: all of them, since
 * a process is found by what it holds.
 */
function inodesOf(target: TypedTarget, looks: readonly Look[]): ReadonlySet<number> | undefined {
  if (!('port' in target)) return undefined;
  const inodes = new Set<number>();
  for (const { table } of looks)
    for (const { localPort, remotePort, inode } of table.rows)
      if (inode && (localPort === target.port || remotePort === target.port)) inodes.add(inode);
  return inodes;
}

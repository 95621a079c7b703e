import type { Counters, Evidence, Owners, ProcessInfo, SocketTable } from '@farewell/core';
import type { NamespaceReader } from '@farewell/evidence';
import type { TypedTarget } from './parse-target.ts';
import type { Recorded } from './recording.ts';

/** One look at a namespace: its sockets and its counters at the same time. */
export interface Look {
  readonly table: SocketTable;
  readonly counters: Counters | null;
}

/** Reads the sockets and the counters now. */
export function look(reader: NamespaceReader): Look {
  return { counters: reader.readCounters(), table: reader.readTable() };
}

/** What was looked at and recorded, oldest look first. */
export interface Seen {
  readonly looks: readonly Look[];
  readonly recorded: Recorded;
}

/** Evidence from what was seen, with who holds the target's sockets and the settings. */
export function liveEvidence(
  reader: NamespaceReader,
  { looks, recorded }: Seen,
  target: TypedTarget,
): Evidence {
  const settings = reader.readSettings();
  const owners = withMakers(reader.readOwners(inodesOf(target, looks)), recorded.makers);
  return {
    namespace: reader.namespace,
    snapshots: looks.map(({ table }) => table),
    owners,
    settings,
    counters: looks.flatMap(({ counters }) => (counters === null ? [] : [counters])),
    missing: [...reader.missing, ...recorded.missing],
    trace: recorded.trace,
    platform: 'linux',
  };
}

/** Who made a TIME-WAIT counts as its owner, also if the process has ended. */
function withMakers(owners: Owners, makers: Recorded['makers']): Owners {
  if (makers.size === 0) return owners;
  const processes = new Map(owners.processes.map((process) => [process.pid, process]));
  for (const { pid, name } of makers.values())
    if (!processes.has(pid)) processes.set(pid, { ...unknownProcess, pid, name });
  const byRow = new Map([...makers].map(([row, { pid }]) => [row, [pid]]));
  return { ...owners, processes: [...processes.values()], byRow };
}

const unknownProcess: Omit<ProcessInfo, 'pid' | 'name'> = {
  uid: null,
  user: null,
  container: null,
  openDescriptors: null,
  descriptorLimit: null,
};

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

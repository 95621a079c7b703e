import type { Counters, Evidence, Owners, ProcessInfo, SocketTable } from '@farewell/core';
import type { NamespaceReader } from '@farewell/evidence/live';
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

/** A look, and who held the sockets meanwhile. */
export interface LastLook extends Look {
  readonly owners: Owners;
}

/**
 * Reads everything now; 100,000 sockets come in on another thread while the owners are read, and before that
 * `meanwhile` is waited for, which should take less time than they do.
 */
export async function lastLook(
  reader: NamespaceReader,
  target: TypedTarget,
  meanwhile: () => Promise<unknown>,
): Promise<LastLook> {
  const receiving = reader.receiveTable();
  const counters = reader.readCounters();
  await meanwhile();
  if ('port' in target) {
    const table = await receiving;
    return { table, counters, owners: reader.readOwners(inodesWith(target.port, table)) };
  }
  // A process is found by what it holds: all sockets are looked up.
  const owners = await reader.readOwnersOf(receiving);
  return { table: await receiving, counters, owners };
}

/** What was looked at and recorded. */
export interface Seen {
  readonly first: Look | null;
  readonly last: LastLook;
  readonly recorded: Recorded;
}

/** Evidence from what was seen, with the settings. */
export function liveEvidence(reader: NamespaceReader, { first, last, recorded }: Seen): Evidence {
  const settings = reader.readSettings();
  const looks = first ? [first, last] : [last];
  return {
    namespace: reader.namespace,
    snapshots: looks.map(({ table }) => table),
    owners: withMakers(last.owners, recorded.makers),
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

/** The sockets of a port: those whose owners are worth finding. */
function inodesWith(port: number, { rows }: SocketTable): ReadonlySet<number> {
  const inodes = new Set<number>();
  for (const { localPort, remotePort, inode } of rows)
    if (inode && (localPort === port || remotePort === port)) inodes.add(inode);
  return inodes;
}

import { readdirSync } from 'node:fs';
import type { Owners, ProcessInfo } from '@farewell/core';
import { type DescriptorLinks, openDescriptorLinks } from './descriptor-links.ts';
import { namespaceInode } from './namespace-place.ts';
import { parseContainer, parseDescriptorLimit, parsePasswd, parseUid } from './process-files.ts';
import { readTextOrNull } from './read-file.ts';

export interface OwnersRequest {
  /** Sockets to find the owners of; every socket if absent. */
  readonly inodes?: ReadonlySet<number> | undefined;
  /** The network namespace they are in, if known: its processes are looked at first. */
  readonly namespace: number | null;
}

export interface OwnersFound {
  readonly owners: Owners;
  /** Processes whose descriptors this user may not see. */
  readonly denied: number;
}

/**
 * Finds who holds sockets by the links of /proc/PID/fd. Processes that end meanwhile are passed over.
 * Descriptors can be handed to processes in other namespaces, so those are looked at as well, but only
 * as long as sockets are left without an owner.
 */
export function readOwners(request: OwnersRequest): OwnersFound {
  const search = new OwnerSearch(request.inodes);
  const { near, far } = processesByDistance(request.namespace);
  for (const pid of near) search.look(pid);
  for (const pid of far) {
    if (search.isComplete()) break;
    search.look(pid);
  }
  return {
    owners: { processes: search.processes(), byInode: search.byInode },
    denied: search.denied,
  };
}

/** One pass over descriptors of processes. */
class OwnerSearch {
  readonly byInode = new Map<number, readonly number[]>();
  denied = 0;
  readonly #wanted: ReadonlySet<number> | undefined;
  readonly #openDescriptors = new Map<number, number>();

  constructor(wanted: ReadonlySet<number> | undefined) {
    this.#wanted = wanted;
  }

  isComplete(): boolean {
    return this.#wanted !== undefined && this.byInode.size >= this.#wanted.size;
  }

  look(pid: number): void {
    using links = this.#open(pid);
    if (links === null) return;
    // One list for all sockets that nobody else holds: there may be 10,000.
    const alone = [pid] as const;
    let held = 0;
    for (const descriptor of links.descriptors) {
      const inode = links.socketInode(descriptor);
      if (inode === null || this.#wanted?.has(inode) === false) continue;
      this.#add(inode, alone);
      held += 1;
    }
    if (held > 0) this.#openDescriptors.set(pid, links.descriptors.length);
  }

  processes(): ProcessInfo[] {
    const users = parsePasswd(readTextOrNull('/etc/passwd') ?? '');
    return [...this.#openDescriptors].map(([pid, openDescriptors]) => ({
      ...describeProcess(pid, users),
      openDescriptors,
    }));
  }

  #open(pid: number): DescriptorLinks | null {
    try {
      return openDescriptorLinks(pid);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') this.denied += 1;
      return null;
    }
  }

  #add(inode: number, alone: readonly [pid: number]): void {
    const others = this.byInode.get(inode);
    if (others === undefined) this.byInode.set(inode, alone);
    else if (!others.includes(alone[0])) this.byInode.set(inode, [...others, alone[0]]);
  }
}

function processesByDistance(namespace: number | null): { near: number[]; far: number[] } {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const near: number[] = [];
  const far: number[] = [];
  for (const pid of pids) (namespaceInode(pid) === namespace ? near : far).push(pid);
  return { near, far };
}

function describeProcess(
  pid: number,
  users: ReadonlyMap<number, string>,
): Omit<ProcessInfo, 'openDescriptors'> {
  const uid = parseUid(readTextOrNull(`/proc/${pid}/status`) ?? '');
  return {
    pid,
    name: readTextOrNull(`/proc/${pid}/comm`)?.trimEnd() ?? '',
    uid,
    user: uid === null ? null : (users.get(uid) ?? null),
    container: parseContainer(readTextOrNull(`/proc/${pid}/cgroup`) ?? ''),
    descriptorLimit: parseDescriptorLimit(readTextOrNull(`/proc/${pid}/limits`) ?? ''),
  };
}

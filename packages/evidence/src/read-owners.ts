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
export function readOwners({ inodes, namespace }: OwnersRequest): OwnersFound {
  const search = new OwnerSearch({ namespace, only: inodes });
  search.lookNear();
  search.lookFar(inodes);
  return search.found();
}

/** The same in two steps: the second needs to know the sockets, which may still be on their way. */
export class OwnerSearch {
  readonly #byInode = new Map<number, readonly number[]>();
  readonly #openDescriptors = new Map<number, number>();
  readonly #only: ReadonlySet<number> | undefined;
  readonly #pids: { readonly near: readonly number[]; readonly far: readonly number[] };
  #denied = 0;

  /** `only`: sockets to find the owners of; every socket if absent. */
  constructor(where: { namespace: number | null; only?: ReadonlySet<number> | undefined }) {
    this.#only = where.only;
    this.#pids = processesByDistance(where.namespace);
  }

  /** Looks at the processes of the namespace. */
  lookNear(): void {
    for (const pid of this.#pids.near) this.#look(pid);
  }

  /** Looks at the others until each of these sockets has an owner; at all of them if absent. */
  lookFar(wanted: Iterable<number> | undefined): void {
    const left = wanted && this.#unowned(wanted);
    for (const pid of this.#pids.far) {
      if (left?.size === 0) return;
      for (const inode of this.#look(pid)) left?.delete(inode);
    }
  }

  found(): OwnersFound {
    const owners = { processes: this.#processes(), byInode: this.#byInode };
    return { owners, denied: this.#denied };
  }

  #unowned(inodes: Iterable<number>): Set<number> {
    const unowned = new Set<number>();
    for (const inode of inodes) if (!this.#byInode.has(inode)) unowned.add(inode);
    return unowned;
  }

  /** Gives the sockets that it holds. */
  #look(pid: number): readonly number[] {
    using links = this.#open(pid);
    if (links === null) return [];
    // One list for all sockets that nobody else holds: there may be 10,000.
    const alone = [pid] as const;
    const held: number[] = [];
    for (const descriptor of links.descriptors) {
      const inode = links.socketInode(descriptor);
      if (inode === null || this.#only?.has(inode) === false) continue;
      this.#add(inode, alone);
      held.push(inode);
    }
    if (held.length > 0) this.#openDescriptors.set(pid, links.descriptors.length);
    return held;
  }

  #processes(): ProcessInfo[] {
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
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') this.#denied += 1;
      return null;
    }
  }

  #add(inode: number, alone: readonly [pid: number]): void {
    const others = this.#byInode.get(inode);
    if (others === undefined) this.#byInode.set(inode, alone);
    else if (!others.includes(alone[0])) this.#byInode.set(inode, [...others, alone[0]]);
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

import { closeSync, openSync, readlinkSync, statSync } from 'node:fs';
import type { NamespaceInfo } from '@farewell/core';
import { EvidenceError } from './evidence-error.ts';
import { errnoName, type Libc, loadLibc } from './libc.ts';

/** Which network namespace to read. `path` is as of `ip netns` (/run/netns/NAME) or /proc/PID/ns/net. */
export type NamespaceSelector =
  | { readonly kind: 'own' }
  | { readonly kind: 'pid'; readonly pid: number }
  | { readonly kind: 'path'; readonly path: string };

/** A network namespace that was found, and the way to look at it. */
export interface NamespacePlace {
  readonly info: NamespaceInfo;
  /** The directory of its tables as text, valid within `inside` if it can be entered. */
  readonly procNet: string;
  /** Runs `read`, which must be synchronous, with the calling thread in the namespace. */
  readonly inside: <T>(read: () => T) => T;
  /** Why it cannot be entered, so that only `procNet` is there to read; null: it can be. */
  readonly notEntered: string | null;
  readonly close: () => void;
}

/** Finds the namespace and tries to enter it. Throws EvidenceError; see `openNamespace`. */
export function locateNamespace(where: NamespaceSelector): NamespacePlace {
  switch (where.kind) {
    case 'own':
      return ownPlace('this network namespace');
    case 'pid':
      return placeOfPid(where.pid);
    case 'path':
      return placeOfPath(where.path);
  }
}

/** Inode number of the network namespace that a process is in; null if this user may not know. */
export function namespaceInode(pid: number | 'self'): number | null {
  try {
    const match = /^net:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/net`));
    return match?.[1] === undefined ? null : Number(match[1]);
  } catch {
    return null;
  }
}

const OWN_NAMESPACE = '/proc/thread-self/ns/net';
const OWN_PROC_NET = '/proc/thread-self/net';
const CLONE_NEWNET = 0x4000_0000;

function ownPlace(label: string): NamespacePlace {
  return {
    info: { inode: namespaceInode('self'), label },
    procNet: OWN_PROC_NET,
    inside: (read) => read(),
    notEntered: null,
    close: () => {},
  };
}

function placeOfPid(pid: number): NamespacePlace {
  if (!Number.isSafeInteger(pid) || pid < 1) {
    throw new EvidenceError(
      'INVALID_PID',
      `Expected a process id, a whole number from 1, got ${pid}`,
    );
  }
  const label = `network namespace of pid ${pid}`;
  const procNet = `/proc/${pid}/net`;
  const table = inodeOf(`${procNet}/tcp`);
  if (table === null) throw noSuchProcess(pid);
  // Each namespace has a file of its own, and this comparison needs no privilege.
  if (table === inodeOf(`${OWN_PROC_NET}/tcp`)) return ownPlace(label);
  const entered = enter(`/proc/${pid}/ns/net`, label);
  if (typeof entered === 'object') return entered;
  return {
    info: { inode: namespaceInode(pid), label },
    procNet,
    inside: (read) => read(),
    notEntered: entered,
    close: () => {},
  };
}

function placeOfPath(path: string): NamespacePlace {
  const unreachable = whyUnreachable(path);
  if (unreachable !== null) {
    const code = unreachable === 'EACCES' ? 'NOT_PERMITTED' : 'NO_SUCH_NAMESPACE';
    const expected = 'expected a network namespace, such as /run/netns/NAME or /proc/PID/ns/net';
    throw new EvidenceError(code, `${path} cannot be reached (${unreachable}): ${expected}`);
  }
  const label = `network namespace ${path}`;
  if (isSameFile(path, OWN_NAMESPACE)) return ownPlace(label);
  const entered = enter(path, label);
  if (typeof entered === 'object') return entered;
  throw new EvidenceError(
    'NOT_PERMITTED',
    `${path} cannot be entered: ${entered}; the id of a process in it (--pid) shows its table without that`,
  );
}

/** Enters once, to see whether it works. A text is the reason why it does not. */
function enter(path: string, label: string): NamespacePlace | string {
  const loaded = loadLibc();
  if (loaded.libc === null) return loaded.why;
  const { libc } = loaded;
  const fd = openNamespaceFile(path);
  if (typeof fd === 'string') return fd;
  const refused = whyNotEntered(libc, fd);
  if (refused !== null) {
    closeSync(fd);
    if (refused === 'EINVAL') {
      throw new EvidenceError('NO_SUCH_NAMESPACE', `${path} is not a network namespace`);
    }
    return `${refused}; it takes root (CAP_SYS_ADMIN)`;
  }
  return {
    info: { inode: inodeOf(path), label },
    procNet: OWN_PROC_NET,
    inside: (read) => visit(libc, fd, read),
    notEntered: null,
    close: () => closeSync(fd),
  };
}

function openNamespaceFile(path: string): number | string {
  try {
    return openSync(path, 'r');
  } catch (error) {
    return `${codeOf(error)}; it takes root (CAP_SYS_PTRACE)`;
  }
}

function whyNotEntered(libc: Libc, fd: number): string | null {
  try {
    return visit(libc, fd, () => null);
  } catch (error) {
    if (error instanceof SetnsRefused) return errnoName(error.errno);
    throw error;
  }
}

class SetnsRefused extends EvidenceError {
  readonly errno: number;

  constructor(errno: number) {
    super('NOT_PERMITTED', `the network namespace cannot be entered (${errnoName(errno)})`);
    this.errno = errno;
  }
}

/** Only the calling thread goes there, and it comes back before anything else can run on it. */
function visit<T>(libc: Libc, namespace: number, read: () => T): T {
  const home = openSync(OWN_NAMESPACE, 'r');
  try {
    if (libc.setns(namespace, CLONE_NEWNET) !== 0) throw new SetnsRefused(libc.errno());
    try {
      return read();
    } finally {
      comeBack(libc, home);
    }
  } finally {
    closeSync(home);
  }
}

function comeBack(libc: Libc, home: number): void {
  if (libc.setns(home, CLONE_NEWNET) === 0) return;
  const why = errnoName(libc.errno());
  throw new EvidenceError('UNREADABLE', `cannot return to the own network namespace (${why})`);
}

function noSuchProcess(pid: number): EvidenceError {
  const tables = inodeOf(OWN_PROC_NET);
  if (tables === null)
    return new EvidenceError('UNREADABLE', '/proc is not mounted here: mount it');
  return new EvidenceError(
    'NO_SUCH_PROCESS',
    `no process ${pid} is visible here: it has ended, or belongs to another PID namespace or user (hidepid)`,
  );
}

function inodeOf(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch {
    return null;
  }
}

function isSameFile(path: string, other: string): boolean {
  const [one, two] = [statSync(path), statSync(other)];
  return one.dev === two.dev && one.ino === two.ino;
}

function whyUnreachable(path: string): string | null {
  try {
    statSync(path);
    return null;
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

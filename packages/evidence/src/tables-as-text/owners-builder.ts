import type { Owners, ProcessInfo, SocketRow } from '@farewell/core';

/** Collects who holds which socket from tables that print process ids. */
export class OwnersBuilder {
  readonly #processes = new Map<number, ProcessInfo>();
  readonly #byInode = new Map<number, number[]>();
  readonly #byRow = new Map<SocketRow, readonly number[]>();

  /** Remembers a process by the name that the table gives it; returns its pid. */
  process(pid: number, name: string): number {
    if (!this.#processes.has(pid)) this.#processes.set(pid, { ...NOTHING_ELSE_KNOWN, pid, name });
    return pid;
  }

  /** These processes hold the socket of this row: by its inode where the table prints one. */
  hold(row: SocketRow, pids: readonly number[]): void {
    if (row.inode === null || row.inode === 0) {
      this.#byRow.set(row, pids);
      return;
    }
    const known = this.#byInode.get(row.inode) ?? [];
    this.#byInode.set(row.inode, [...new Set([...known, ...pids])]);
  }

  /** Null if no table named a process. */
  owners(): Owners | null {
    if (this.#processes.size === 0) return null;
    return {
      processes: [...this.#processes.values()],
      byInode: this.#byInode,
      byRow: this.#byRow,
    };
  }
}

const NOTHING_ELSE_KNOWN = {
  uid: null,
  user: null,
  container: null,
  openDescriptors: null,
  descriptorLimit: null,
} as const;

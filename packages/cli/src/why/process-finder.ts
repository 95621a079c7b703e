import { readdirSync, readFileSync } from 'node:fs';

/** Processes of this machine by name, and whether their descriptors may be listed. */
export interface ProcessFinder {
  pidsNamed(name: string): readonly number[];
  mayList(pid: number): boolean;
}

/** Looks in /proc. The name is the command's (`comm`, at most 15 bytes). */
export const procFinder: ProcessFinder = {
  pidsNamed: (name) => pids().filter((pid) => commandOf(pid) === name),
  mayList(pid) {
    try {
      readdirSync(`/proc/${pid}/fd`);
      return true;
    } catch {
      return false;
    }
  },
};

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function commandOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    // It ended since /proc was listed.
    return null;
  }
}

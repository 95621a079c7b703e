import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/**
 * Runs `work` while no other process runs any under the same file, and gives what it gives. The lock is flock(2)'s,
 * which ends with its process, so that there is none to be cleared away; the file stays, empty. Throws if there is
 * no flock(1), or what `work` throws.
 */
export function withLock<T>(file: string, work: () => T): T {
  const descriptor = openSync(file, 'a');
  try {
    // It belongs to the open file, not to the process that asks for it: ours keeps it.
    const { status, error } = spawnSync('flock', ['3'], {
      stdio: ['ignore', 'inherit', 'inherit', descriptor],
    });
    if (status !== 0)
      throw new Error(`Expected \`flock\` to lock ${file}, got ${error?.message ?? status}`);
    return work();
  } finally {
    closeSync(descriptor);
  }
}

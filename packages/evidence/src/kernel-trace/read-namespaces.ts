import { readdirSync, readlinkSync } from 'node:fs';

/**
 * Is our network namespace the only one that a process is in or that has a name (`ip netns`)? Then every
 * event of the trace is about it, and nothing needs a row to confirm it. Needs root to see the namespaces
 * of other users' processes; one that cannot be seen counts as another.
 */
export function isOnlyNamespace(): boolean {
  if (list('/run/netns').length > 0) return false;
  const own = namespaceOf('self');
  const pids = list('/proc').filter((name) => /^\d+$/.test(name));
  return pids.every((pid) => [own, null].includes(namespaceOf(pid)));
}

/** null: the process has ended meanwhile. */
function namespaceOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'hidden';
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EvidenceError } from '../evidence-error.ts';

/**
 * The directory of tracefs. Mounts nothing: throws EvidenceError `NO_TRACEFS` with the command that would,
 * or `NOT_LINUX`.
 */
export function findTracefs(): string {
  if (process.platform !== 'linux') {
    throw new EvidenceError(
      'NOT_LINUX',
      `The kernel trace is for Linux, this is ${process.platform}`,
    );
  }
  const directory = tracefsIn(readFileSync('/proc/self/mounts', 'utf8'));
  if (directory !== null) return directory;
  throw new EvidenceError(
    'NO_TRACEFS',
    'Expected a tracefs in /proc/self/mounts, found none; root can mount it: mount -t tracefs nodev /sys/kernel/tracing',
  );
}

/** Where a table of mounts, in the form of /proc/self/mounts, has tracefs: on its own or inside debugfs. */
export function tracefsIn(mounts: string): string | null {
  let debugfs: string | null = null;
  for (const line of mounts.split('\n')) {
    const [, path, type] = line.split(' ');
    if (path === undefined) continue;
    if (type === 'tracefs') return unescapeMount(path);
    if (type === 'debugfs') debugfs ??= unescapeMount(path);
  }
  return debugfs === null ? null : join(debugfs, 'tracing');
}

/** Blanks in a path are written as octal: `\040`. */
function unescapeMount(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
}

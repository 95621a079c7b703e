import { readdirSync, readFileSync } from 'node:fs';

/** All processes that came from `pid`, their children included, as long as their parents live. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = parentOf(Number(name));
    if (parent !== null) parents.set(Number(name), parent);
  }
  const found = [pid];
  for (const each of found)
    found.push(...[...parents].filter(([, parent]) => parent === each).map(([child]) => child));
  return found.slice(1);
}

/** True if there is such a process that is more than a zombie. */
export function isAlive(pid: number): boolean {
  return parentOf(pid) !== null;
}

/** Null if there is no such process, or if it has ended and only waits to be reaped. */
function parentOf(pid: number): number | null {
  if (!Number.isInteger(pid)) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in parentheses and may hold some itself.
    const [processState, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return processState === 'Z' ? null : Number(parent);
  } catch {
    return null;
  }
}

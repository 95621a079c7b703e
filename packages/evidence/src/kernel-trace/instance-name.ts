import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Whose a trace instance is. The name says so, so that the leftover of a killed run can be told from the
 * instance of a living one, also after the kernel gave its pid to another process.
 */
export interface InstanceOwner {
  /** Inode of the pid namespace that `pid` counts in. */
  readonly pidNamespace: number;
  readonly pid: number;
  /** Clock ticks from boot to the start of the process, /proc/PID/stat field 22. */
  readonly startTicks: number;
}

/** `farewell-PIDNS-PID-START-SERIAL`. */
export function instanceName(owner: InstanceOwner, serial: number): string {
  return `farewell-${owner.pidNamespace}-${owner.pid}-${owner.startTicks}-${serial}`;
}

/** The owner of an instance, or null if the name is not one of ours. */
export function parseInstanceName(name: string): InstanceOwner | null {
  const [, pidNamespace, pid, startTicks] =
    /^farewell-(\d{1,15})-(\d{1,10})-(\d{1,15})-\d{1,9}$/.exec(name) ?? [];
  if (pidNamespace === undefined || pid === undefined || startTicks === undefined) return null;
  return { pidNamespace: Number(pidNamespace), pid: Number(pid), startTicks: Number(startTicks) };
}

/** This process, as an owner. */
export function readOwnOwner(): InstanceOwner {
  const pidNamespace = Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0);
  return { pidNamespace, pid: process.pid, startTicks: readStartTicks(process.pid) ?? 0 };
}

/**
 * Is the process that made the instance gone? Only of our own pid namespace can it be said: the processes
 * of another container are not to be seen from here, and their instances stay untouched.
 */
export function ownerIsGone(owner: InstanceOwner, own: InstanceOwner): boolean {
  if (owner.pidNamespace !== own.pidNamespace) return false;
  return readStartTicks(owner.pid) !== owner.startTicks;
}

/** null: no such process. */
function readStartTicks(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks and parentheses itself; field 3 follows the last one.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0);
  } catch {
    return null;
  }
}

import type { ProcessInfo } from '@farewell/core';
import { costs as say } from './sentences/costs-and-lasts.ts';
import type { Cost } from './verdict.ts';

/** Kernel memory of one TIME-WAIT: struct tcp_timewait_sock, Linux 6.18. */
export const timeWaitBytes = 256;

/** Kernel memory of one full socket: struct tcp_sock, Linux 6.18; inode, dentry and file not counted. */
export const socketBytes = 2368;

/** What these sockets cost in descriptors, and when the process has none left at this growth. */
export function descriptorCost(
  count: number,
  process: ProcessInfo | null,
  growth: number | null,
): Cost {
  const limit = process?.descriptorLimit ?? null;
  const open = process?.openDescriptors ?? null;
  const exhaustedIn = timeUntil(limit === null || open === null ? null : limit - open, growth);
  return {
    resource: 'descriptors',
    value: count,
    limit,
    unit: 'descriptors',
    exhaustedIn,
    text: say.descriptors({ count, process, growth, exhaustedIn }),
  };
}

/** Kernel memory of `count` sockets of `each` bytes. */
export function memoryCost(count: number, each: number): Cost {
  const value = count * each;
  return {
    resource: 'memory',
    value,
    limit: null,
    unit: 'bytes',
    exhaustedIn: null,
    text: say.memory(value),
  };
}

/** Seconds until `free` is used up at `growth` a second; null if it is not shrinking or not known. */
export function timeUntil(free: number | null, growth: number | null): number | null {
  if (free === null || growth === null || growth <= 0) return null;
  return Math.max(0, free) / growth;
}

/** Memory that unsent and unacknowledged data takes. */
export function queueCost(value: number): Cost {
  return {
    resource: 'memory',
    value,
    limit: null,
    unit: 'bytes',
    exhaustedIn: null,
    text: say.queues(value),
  };
}

import type { Deadline, Policy } from '@farewell/core';
import { inStep } from './alarm-clock.ts';

/** When to look again, now that it is `at`: at the deadline, or a moment later with others where nothing hangs on it. */
export function wakeAt({ name, at: dueAt }: Deadline, { heartbeat }: Policy, at: number): number {
  if (heartbeat && name === 'heartbeat') return inStep(dueAt, heartbeat.interval);
  // A pong asks nothing, and the next ping may be due before the deadline for this one.
  if (heartbeat && name === 'heartbeat-reply')
    return Math.min(inStep(at + heartbeat.interval, heartbeat.interval), dueAt);
  return dueAt;
}

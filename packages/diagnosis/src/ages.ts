import type { SocketRow, TcpTimer } from '@farewell/core';
import type { Scene } from './scene.ts';

/** TCP_TIMEWAIT_LEN of Linux: fixed when the kernel is compiled. */
export const timeWaitLength = 60_000;

/**
 * A socket that leaves its state by itself does so within milliseconds. A second leaves room for a busy
 * event loop, a collection of garbage and a long way round: younger ones are passing through.
 */
export const passingThrough = 1000;

/** From this age on nothing but a missing close() explains a state that waits for the application. */
export const surelyStuck = 10_000;

/**
 * The least time in ms that a socket has been in a state that a segment of the peer put it in
 * (CLOSE-WAIT, FIN-WAIT-2); null: nothing tells. The peer's last ACK cannot be older than the state,
 * for it was the FIN, or the ACK of ours; and a socket seen in that state before is as old as that.
 */
export function ageInState(scene: Scene, row: SocketRow): number | null {
  const watched = scene.earlier(row) ? scene.duration : null;
  const silent = row.tcpInfo?.lastAckReceived ?? null;
  if (watched === null || silent === null) return watched ?? silent;
  return Math.max(watched, silent);
}

/** Rows by what is known of their age in ms. */
export interface Ages {
  /** Too young to mean anything. */
  readonly passing: number;
  /** Stayed longer than a socket that passes through. */
  readonly stuck: readonly SocketRow[];
  readonly unknown: readonly SocketRow[];
  /** The greatest age known; null if none is. */
  readonly oldest: number | null;
}

export function agesOf(rows: readonly SocketRow[], ageOf: (row: SocketRow) => number | null): Ages {
  const stuck: SocketRow[] = [];
  const unknown: SocketRow[] = [];
  let oldest: number | null = null;
  for (const row of rows) {
    const age = ageOf(row);
    if (age === null) unknown.push(row);
    else if (age >= passingThrough) stuck.push(row);
    if (age !== null) oldest = Math.max(oldest ?? 0, age);
  }
  return { passing: rows.length - stuck.length - unknown.length, stuck, unknown, oldest };
}

/** How long ago the socket entered TIME-WAIT, ms; null if the table has no timer for it. */
export function timeWaitAge(timer: TcpTimer | null): number | null {
  if (timer?.kind !== 'time-wait') return null;
  return Math.min(timeWaitLength, Math.max(0, timeWaitLength - timer.expiresIn));
}

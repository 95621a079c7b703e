import type { SocketRow } from '@farewell/core';

/** TCP_RTO_MIN and TCP_RTO_MAX of Linux, ms. */
const shortestTimeout = 200;
const longestTimeout = 120_000;

/** What the kernel takes for tcp_orphan_retries = 0. */
export const defaultOrphanRetries = 8;

/** Default of net.ipv4.tcp_retries2. */
export const defaultRetries2 = 15;

/**
 * The least time, ms, before the kernel gives up after `retries` unanswered retransmissions: doubling
 * from 200 ms, at most 120 s each (retransmits_timed_out in net/ipv4/tcp_timer.c). 15 gives 924.6 s,
 * 8 gives 102.2 s; a connection with a longer round trip takes longer.
 */
export function leastGivingUp(retries: number): number {
  const doublings = Math.min(retries, Math.floor(Math.log2(longestTimeout / shortestTimeout)));
  const doubled = (2 ** (doublings + 1) - 1) * shortestTimeout;
  return doubled + (retries - doublings) * longestTimeout;
}

/** How often the row's first unacknowledged segment was sent again without an answer; 0: not at all. */
export function unansweredTries(row: SocketRow): number {
  return row.timer?.kind === 'retransmit' ? row.timer.tries : 0;
}

/**
 * Zero-window probes without an answer in a row. A peer that lives answers each, and the count starts
 * again; so from `deadTries` on, the peer is gone and not merely slow.
 */
export function unansweredProbes(row: SocketRow): number {
  return row.timer?.kind === 'probe' ? row.timer.tries : 0;
}

/**
 * Unanswered tries from which on loss alone no longer explains it: the third comes after about 1.4 s on
 * a fast network, when two copies and the original were lost in a row.
 */
export const deadTries = 3;

/** About 12 s of silence on a fast network: an outage, or the peer is gone. */
export const surelyDeadTries = 6;

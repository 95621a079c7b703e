import type { Socket } from 'node:net';
import { type CountedOutcome, countedOutcome, longestTimeout } from '@farewell/core';
import type { ManagedConnection } from './managed-connection.ts';
import { hasOpened, shell } from './ws-events.ts';

/** For the shells of a client and of a server, which know when each happens. */

/** Hands over the socket that ws works on. From now on the connection decides when FIN goes out. */
export function holdSocket(connection: ManagedConnection, socket: Socket): void {
  connection[shell].hold(socket);
}

/** Arms the deadline of the opening handshake (a client, whose ws tells when it is over). */
export function startOpening(connection: ManagedConnection): void {
  connection[shell].begin();
}

/** The 101 has been sent (a server). */
export function openConnection(connection: ManagedConnection): void {
  connection[shell].open();
  connection[hasOpened]();
}

/** ms of `now()`; -1: it has not opened. */
export function openedAt({ [shell]: its }: ManagedConnection): number {
  return its.openedAt;
}

/** Both ends agreed in the opening handshake, see reset-agreement.ts. */
export function agreeToReset(connection: ManagedConnection): void {
  connection[shell].agreeToReset();
}

/** What a drain tells its connections. */
export interface DrainOrder {
  readonly statusCode: number;
  readonly reason: string;
  /** When the drain began, ms of performance.now(): the policy's `drainTimeout` counts from there. */
  readonly since: number;
}

/**
 * Sends the Close frame, if none is sent yet; the deadline of the drain holds in any case. False: it had its turn
 * before, or has ended.
 */
export function drainConnection(
  connection: ManagedConnection,
  { statusCode, reason, since }: DrainOrder,
): boolean {
  const { [shell]: its } = connection;
  if (its.hasEnded || its.isDrained) return false;
  its.see({ kind: 'application', of: its.local, did: 'drain', statusCode, reason }, since);
  its.ask();
  return true;
}

/** Had it its turn in a drain? */
export function isDrained({ [shell]: its }: ManagedConnection): boolean {
  return its.isDrained;
}

/**
 * Did it end by a closing handshake and nothing else: `cause` closing-handshake and `wasClean`? For whoever
 * only counts, and has too many endings to conclude each of them (15 us).
 */
export function closedCleanly({ [shell]: its }: ManagedConnection): boolean {
  if (!its.hasEnded) return false;
  const known = its.connection();
  const [own, peer] = [known[its.local], known[its.peer]];
  const bothClosed = own.closeFrame !== null && peer.closeFrame !== null;
  const gaveUp = own.rst ?? own.destroyed ?? own.terminatedAt;
  return bothClosed && (gaveUp ?? own.threw ?? own.error ?? peer.violation) === null;
}

/** What is counted of its ending, which is then not concluded as a whole. null: it has not ended. */
export function countedEnding({ [shell]: its }: ManagedConnection): CountedOutcome | null {
  const known = its.whenEnded();
  return known && countedOutcome(known, its.local);
}

/** An option of ws, missing in its types: its own timer must not end what a deadline of ours bounds. */
export const withoutOwnTimer = { closeTimeout: longestTimeout };

import type { Connection } from './connection.ts';
import type { Role } from './tcp-state.ts';
import { peerOf } from './tcp-teardown.ts';

/**
 * How a WebSocket ends, RFC 6455 §7.1.2 to §7.1.4, for one end; the other end has the same table.
 *
 * Each end sends one Close frame and receives one. An end that has received one and sent none owes one
 * (§5.5.1). When both have passed, TCP ends, the server first (§7.1.1). TCP may also end at any other
 * moment; then the connection was not closed cleanly (§7.1.4).
 */

/** How far one end is. `close-done`: both Close frames have passed, TCP is still there. */
export type ClosingPhase =
  | 'opening'
  | 'open'
  | 'close-sent'
  | 'close-received'
  | 'close-done'
  | 'ended';

/** What can happen to one end. `end`: TCP is over, whatever way. */
export type ClosingEvent = 'open' | 'send-close' | 'receive-close' | 'end';

/** The transitions. What is not listed does not change the phase: a second Close frame means nothing. */
export const closingHandshake = {
  opening: { open: 'open', end: 'ended' },
  open: { 'send-close': 'close-sent', 'receive-close': 'close-received', end: 'ended' },
  'close-sent': { 'receive-close': 'close-done', end: 'ended' },
  'close-received': { 'send-close': 'close-done', end: 'ended' },
  'close-done': { end: 'ended' },
  ended: {},
} as const satisfies Record<ClosingPhase, Partial<Record<ClosingEvent, ClosingPhase>>>;

/** The phase after `event`; the same one if the event means nothing in it. */
export function nextClosingPhase(phase: ClosingPhase, event: ClosingEvent): ClosingPhase {
  const row: Partial<Record<ClosingEvent, ClosingPhase>> = closingHandshake[phase];
  return row[event] ?? phase;
}

/** WHATWG WebSockets §3.1, by name. */
export type ReadyState = 'CONNECTING' | 'OPEN' | 'CLOSING' | 'CLOSED';

/** The readyState that an application sees in a phase. */
export const readyStateOf = {
  opening: 'CONNECTING',
  open: 'OPEN',
  'close-sent': 'CLOSING',
  'close-received': 'CLOSING',
  'close-done': 'CLOSING',
  ended: 'CLOSED',
} as const satisfies Record<ClosingPhase, ReadyState>;

/** How far `role` is, by what was seen at `role`. */
export function closingPhase(connection: Connection, role: Role): ClosingPhase {
  if (connection.endedAt[role] !== undefined) return 'ended';
  const sent = connection[role].closeFrame?.times[role] !== undefined;
  const received = connection[peerOf(role)].closeFrame?.times[role] !== undefined;
  if (sent) return received ? 'close-done' : 'close-sent';
  if (received) return 'close-received';
  return connection.openedAt === null ? 'opening' : 'open';
}

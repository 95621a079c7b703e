import type { VerdictId } from '@farewell/diagnosis';
import { expect } from 'vitest';
import type { BesideSs } from './run-beside-ss.ts';
import type { SsSocket } from './ss.ts';

/** Which sockets of `ss` a verdict is about. */
const meantBy: Partial<Record<VerdictId, (socket: SsSocket) => boolean>> = {
  'time-wait-on-client': (s) => s.end === 'client' && s.tcpState === 'TIME-WAIT',
  'time-wait-on-server': (s) => s.end === 'server' && s.tcpState === 'TIME-WAIT',
  'port-exhaustion': (s) => s.end === 'client' && s.tcpState === 'TIME-WAIT',
  'close-wait-leak': (s) => s.tcpState === 'CLOSE-WAIT' && s.owned,
  'fin-wait-2-held': (s) => s.tcpState === 'FIN-WAIT-2' && s.owned,
  'fin-wait-2-orphan': (s) => s.tcpState === 'FIN-WAIT-2' && !s.owned,
  'half-open-peer-gone': (s) => s.tcpState === 'ESTABLISHED' && s.retransmissions > 0,
};

/** We are right when the kernel agrees: states and the sockets of each verdict, counted by `ss`. */
export function expectSameAsSs({ outcome, sockets }: BesideSs): void {
  if (outcome.kind !== 'ran') throw new Error(`skipped: ${outcome.skipped.reason}`);
  const { result } = outcome;
  expect(result.disagreements).toEqual([]);
  expect(result.kernel.isolated).toBe(true);
  expect(stateByEnd(sockets, 'client')).toBe(result.client);
  expect(stateByEnd(sockets, 'server')).toBe(result.server);
  for (const { id, count } of result.verdicts) {
    const meant = meantBy[id];
    if (meant === undefined) throw new Error(`Expected a way to count ${id} with ss`);
    expect(count, id).toBe(sockets.filter(meant).length);
    expect(count, id).toBeGreaterThan(0);
  }
}

function stateByEnd(sockets: readonly SsSocket[], end: SsSocket['end']): string {
  const states = new Set(sockets.filter((s) => s.end === end).map(({ tcpState }) => tcpState));
  return states.size === 0 ? 'CLOSED' : [...states].join(' and ');
}

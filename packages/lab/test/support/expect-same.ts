import type { VerdictId } from '@farewell/diagnosis';
import { expect } from 'vitest';
import type { BesideSs } from './run-beside-ss.ts';
import type { SsSocket } from './ss.ts';

const closing: readonly string[] = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

/** Which sockets of `ss` a verdict is about. */
const meantBy: Partial<Record<VerdictId, (socket: SsSocket) => boolean>> = {
  'time-wait-on-client': (s) => s.end === 'client' && s.tcpState === 'TIME-WAIT',
  'time-wait-on-server': (s) => s.end === 'server' && s.tcpState === 'TIME-WAIT',
  'short-lived-connections': (s) => s.end === 'server' && s.tcpState === 'TIME-WAIT',
  'port-exhaustion': (s) => s.end === 'client' && s.tcpState === 'TIME-WAIT',
  'close-wait-leak': (s) => s.tcpState === 'CLOSE-WAIT' && s.owned,
  'fin-wait-2-held': (s) => s.tcpState === 'FIN-WAIT-2' && s.owned,
  'fin-wait-2-orphan': (s) => s.tcpState === 'FIN-WAIT-2' && !s.owned,
  'fin-unanswered': (s) => closing.includes(s.tcpState) && s.retransmissions > 0,
  'fin-blocked-by-reader': (s) => closing.includes(s.tcpState) && s.probed,
  'half-open-suspect': (s) => s.tcpState === 'ESTABLISHED',
  'time-wait-overflow': (s) => s.tcpState === 'TIME-WAIT',
  'half-open-peer-gone': (s) => s.tcpState === 'ESTABLISHED' && s.retransmissions > 0,
};

/**
 * What `nstat` must have counted, where a kind of death has a counter of its own. Not TcpRetransSegs of an orderly
 * close: the kernel of a machine that stalls for 200 ms retransmits what was never lost.
 */
const counted: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'close-with-unread-data': { TcpExtTCPAbortOnClose: 1 },
  'linger-zero-reset': { TcpExtTCPAbortOnData: 1 },
  'data-after-close': { TcpOutRsts: 1 },
  'time-wait-overflow': { TcpExtTCPTimeWaitOverflow: 9 },
  'idle-cut-reset': { TcpExtTCPAbortOnData: 10 },
  'client-closes-first': { TcpOutRsts: 0 },
  'server-closes-first': { TcpOutRsts: 0 },
  'idle-cut-nginx': { TcpOutRsts: 0 },
};

/** We are right when the kernel agrees: states and the sockets of each verdict, counted by `ss` and `nstat`. */
export function expectSameAsSs({ outcome, sockets, counters }: BesideSs): void {
  if (outcome.kind !== 'ran') throw new Error(`skipped: ${outcome.skipped.reason}`);
  const { result } = outcome;
  const { kernel } = result;
  expect(result.disagreements).toEqual([]);
  if ('at' in result.managed) expect(result.managed.disagreements, 'with farewell').toEqual([]);
  expect(kernel.isolated).toBe(true);
  const hops = kernel.frontPort === kernel.serverPort ? 1 : 2;
  const clientHop = hops === 1 ? 'back' : 'front';
  const ofClient = sockets.filter(({ end, hop }) => end === 'client' && hop === clientHop);
  const ofServer = sockets.filter(({ end, hop }) => end === 'server' && hop === 'back');
  expect(countByState(ofClient)).toEqual(kernel.client);
  expect(countByState(ofServer)).toEqual(kernel.server);
  expect(counters).toMatchObject({
    TcpActiveOpens: kernel.connections * hops,
    TcpPassiveOpens: kernel.connections * hops,
    ...counted[result.name],
  });
  const diagnosed = sockets.filter(({ hop }) => hop === 'back');
  for (const { id, count } of result.untraced) {
    const meant = meantBy[id];
    if (meant === undefined) throw new Error(`Expected a way to count ${id} with ss`);
    expect(count, id).toBe(diagnosed.filter(meant).length);
    expect(count, id).toBeGreaterThan(0);
  }
}

function countByState(sockets: readonly SsSocket[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { tcpState } of sockets) counts[tcpState] = (counts[tcpState] ?? 0) + 1;
  return counts;
}

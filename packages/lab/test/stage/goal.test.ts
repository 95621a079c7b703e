import type { SocketRow, TcpState } from '@farewell/core';
import type { Severity, Verdict } from '@farewell/diagnosis';
import { describe, expect, it } from 'vitest';
import { goalOfCounterpart } from '../../src/stage/goal.ts';

function rows(...tcpStates: readonly TcpState[]): SocketRow[] {
  return tcpStates.map((tcpState) => ({
    family: 4,
    tcpState,
    localAddress: '127.0.0.1',
    localPort: 8080,
    remoteAddress: '127.0.0.1',
    remotePort: 40_000,
    receiveQueue: 0,
    sendQueue: 0,
    timer: null,
    inode: null,
    uid: null,
    cookie: null,
    tcpInfo: null,
  }));
}

function said(severity: Severity): { verdicts: Verdict[]; untraced: Verdict[] } {
  const verdict: Verdict = {
    id: 'reset-by-us',
    severity,
    confidence: 'certain',
    count: 1,
    process: null,
    port: 8080,
    destination: null,
    groups: [],
    summary: 'a sentence',
    evidence: [],
    costs: [],
    lasts: null,
    do: [],
    page: 'docs/verdicts/reset-by-us.md',
  };
  return { verdicts: [verdict], untraced: [] };
}

const traced = { read: true } as const;

describe('what is left with farewell', () => {
  const goal = goalOfCounterpart({});

  it('may be TIME-WAIT at either end, or nothing', () => {
    const ends = { client: rows(), server: rows('TIME-WAIT'), portPairs: 2 };
    expect(goal.holds(ends)).toBe(true);
    expect(goal.disagreements(ends, said('note'), traced)).toEqual([]);
  });

  it.each(['CLOSE-WAIT', 'FIN-WAIT-2', 'LAST-ACK', 'ESTABLISHED'] as const)(
    'must not be %s',
    (tcpState) => {
      const ends = { client: rows(), server: rows(tcpState), portPairs: 1 };
      expect(goal.holds(ends)).toBe(false);
      expect(goal.disagreements(ends, said('healthy'), traced)).toEqual([
        `with farewell expected the server to be TIME-WAIT or CLOSED, got 1 ${tcpState}`,
      ]);
    },
  );

  it('must be there where the connection is to live', () => {
    const alive = goalOfCounterpart({
      leaves: { client: ['ESTABLISHED'], server: ['ESTABLISHED'] },
    });
    const ends = { client: rows('ESTABLISHED'), server: rows('ESTABLISHED'), portPairs: 1 };
    expect(alive.holds(ends)).toBe(true);
    expect(alive.holds({ ...ends, server: rows() })).toBe(false);
  });

  it.each(['problem', 'risk'] as const)('is not healthy with a %s', (severity) => {
    const ends = { client: rows(), server: rows(), portPairs: 1 };
    expect(goal.disagreements(ends, said(severity), traced)).toEqual([
      `with farewell expected nothing to worry about, got the ${severity} reset-by-us with the kernel trace`,
    ]);
    expect(goal.disagreements(ends, said(severity), { read: false, why: 'not root' })).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { releasedAt } from '../../src/checks/heartbeat.ts';
import type { PeerSocket } from '../../src/checks/transcript.ts';

const row = (at: number, tcpState: PeerSocket['tcpState'], held: boolean | null): PeerSocket => ({
  at,
  tcpState,
  held,
});

test.each(['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'] as const)(
  'a socket in %s that nobody holds has not been accepted yet: it is not released',
  (tcpState) => {
    expect(releasedAt([row(1, tcpState, false), row(2, 'ESTABLISHED', true)])).toBeNull();
  },
);

test.each(['FIN-WAIT-1', 'FIN-WAIT-2', 'LAST-ACK', 'CLOSING', 'TIME-WAIT', 'CLOSED'] as const)(
  'a socket in %s that nobody holds is released',
  (tcpState) => {
    expect(releasedAt([row(1, 'ESTABLISHED', true), row(2, tcpState, false)])).toBe(2);
  },
);

test('where the table does not say who holds it, nothing is released', () => {
  expect(releasedAt([row(1, 'FIN-WAIT-2', null)])).toBeNull();
});

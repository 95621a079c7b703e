import { expect, test } from 'vitest';
import { diagnose } from '../../src/index.ts';
import {
  everything,
  evidence,
  settings,
  table,
  verdict,
  verdictAfter,
} from '../support/evidence.ts';
import { listener, row, rows, tcpInfo, timer } from '../support/rows.ts';

const id = 'fin-wait-2-held';
const held = (age: number) =>
  ({ tcpState: 'FIN-WAIT-2', tcpInfo: tcpInfo({ lastAckReceived: age }) }) as const;

test('FIN-WAIT-2 with a descriptor and an age is a problem without end', () => {
  const found = verdict(id, [listener(), ...rows(3, held(20_000))]);
  expect(found).toMatchObject({ severity: 'problem', confidence: 'certain', count: 3 });
  expect(found?.lasts?.ms).toBeNull();
});

test('FIN-WAIT-2 that began a moment ago is passing through', () => {
  expect(verdict(id, rows(3, held(20)))).toBeUndefined();
});

test("an orphan is not held: no inode, or the small socket's timer", () => {
  expect(verdict(id, rows(3, { ...held(20_000), inode: 0 }))).toBeUndefined();
  const orphan = { ...held(20_000), inode: null, timer: timer('time-wait', 1000) };
  expect(verdict(id, rows(3, orphan))).toBeUndefined();
});

test('without inode and timer nothing is claimed, and the report says what would tell', () => {
  const seen = diagnose(
    evidence([rows(3, { ...held(20_000), inode: null, timer: null })]),
    everything,
  );
  expect(seen.verdicts).toEqual([]);
  expect(seen.missing.map(({ why }) => why).join()).toContain('ss -tanoe');
});

test('without inodes, outliving tcp_fin_timeout shows that a process holds it', () => {
  const sockets = rows(2, { tcpState: 'FIN-WAIT-2', inode: null, timer: null });
  const outlived = evidence([sockets], {
    settings: { ...settings, finTimeout: 60_000 },
    snapshots: [table(sockets, 0), table(sockets, 61_000)],
  });
  expect(diagnose(outlived, everything).verdicts[0]).toMatchObject({ id, confidence: 'certain' });
});

test('the other end on this machine, in CLOSE-WAIT, is pointed at', () => {
  const here = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
  const ours = row({ ...held(5000), ...here });
  const theirs = row({
    ...here,
    tcpState: 'CLOSE-WAIT',
    localPort: 40_000,
    remotePort: 8080,
    inode: 6000,
  });
  const found = verdictAfter(id, [[], [listener(), ours, theirs]]);
  expect(found?.evidence.map(({ text }) => text).join()).toContain(
    'on this machine, in CLOSE-WAIT',
  );
});

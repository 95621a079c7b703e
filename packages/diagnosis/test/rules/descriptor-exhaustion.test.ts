import { expect, test } from 'vitest';
import { ownedBy, processInfo, verdict, verdictAfter } from '../support/evidence.ts';
import { listener, rows, tcpInfo } from '../support/rows.ts';

const id = 'descriptor-exhaustion';
const live = [listener(), ...rows(3)];
const open = (openDescriptors: number | null, of: typeof live = live) => ({
  owners: ownedBy(processInfo({ openDescriptors, descriptorLimit: 1000 }), of),
});

test('none left is a problem, nine tenths a risk, less is silent', () => {
  expect(verdict(id, live, open(1000))).toMatchObject({ severity: 'problem', count: 4 });
  expect(verdict(id, live, open(900))).toMatchObject({ severity: 'risk', confidence: 'certain' });
  expect(verdict(id, live, open(899))).toBeUndefined();
});

test('a leak that uses up the rest within the hour is a problem', () => {
  const before = [listener(), ...rows(3, { tcpState: 'CLOSE-WAIT' })];
  const now = [listener(), ...rows(6, { tcpState: 'CLOSE-WAIT' })];
  const found = verdictAfter(id, [before, now], open(100, now));
  expect(found).toMatchObject({
    severity: 'problem',
    confidence: 'likely',
    process: { pid: 4121 },
  });
  expect(found?.costs[0]).toMatchObject({ value: 100, limit: 1000, exhaustedIn: 900 });
});

test('orphans in FIN-WAIT-2 take no descriptor, however fast they grow', () => {
  const held = rows(1, { tcpState: 'FIN-WAIT-2' });
  const before = [listener(), ...held];
  const now = [listener(), ...held, ...rows(50, { tcpState: 'FIN-WAIT-2', inode: 0 })];
  expect(verdictAfter(id, [before, now], open(100, now))).toBeUndefined();
});

test('closes that pass through at the second look are no leak', () => {
  const passing = rows(2, { tcpState: 'CLOSE-WAIT', tcpInfo: tcpInfo({ lastAckReceived: 3 }) });
  const now = [...live, ...passing];
  expect(verdictAfter(id, [live, now], open(100, now))).toBeUndefined();
});

test('a leak is told apart from the closes that pass through', () => {
  const leaked = rows(30, { tcpState: 'CLOSE-WAIT', tcpInfo: tcpInfo({ lastAckReceived: 1500 }) });
  const now = [...live, ...leaked];
  const found = verdictAfter(id, [live, now], open(100, now));
  // Those 30 came in the first 2 of the 3 s watched: 15 a second, and 900 descriptors are left.
  expect(found?.costs[0]).toMatchObject({ exhaustedIn: 60 });
});

test('connections that grow in number are load, not a leak', () => {
  const now = [listener(), ...rows(100)];
  expect(verdictAfter(id, [live, now], open(100, now))).toBeUndefined();
});

test('a limit that may not be seen gives no verdict', () => {
  expect(verdict(id, live, open(null))).toBeUndefined();
  expect(verdict(id, live, { owners: null })).toBeUndefined();
});

import type { SocketRow } from '@farewell/core';
import { expect, test } from 'vitest';
import { diagnose } from '../../src/index.ts';
import { counters, everything, evidence, table, verdict } from '../support/evidence.ts';
import { listener, rows } from '../support/rows.ts';

const id = 'listen-queue-overflow';

test('a queue over its limit is a problem of that port', () => {
  const found = verdict(id, [listener({ receiveQueue: 6, sendQueue: 5 })]);
  expect(found).toMatchObject({
    severity: 'problem',
    port: 8080,
    process: { name: 'java' },
    groups: [],
  });
  expect(found?.costs[0]).toMatchObject({ resource: 'connections', value: 6, limit: 5 });
});

test('a queue at its limit takes one more', () => {
  expect(verdict(id, [listener({ receiveQueue: 5, sendQueue: 5 })])).toBeUndefined();
});

test('/proc/net/tcp prints no limit, so its zero is not one', () => {
  const rows = [listener({ receiveQueue: 3, sendQueue: 0 })];
  const snapshots = [{ ...table(rows, 1000), source: 'proc-net-tcp' as const }];
  expect(verdict(id, rows, { snapshots })).toBeUndefined();
});

test('counters that move are a problem of the namespace', () => {
  const moving = [counters(0, { ListenOverflows: 3 }), counters(3000, { ListenOverflows: 10 })];
  const found = verdict(id, [listener()], { counters: moving });
  expect(found).toMatchObject({ severity: 'problem' });
  expect(found?.evidence[0]).toMatchObject({ value: 7, source: '/proc/net/netstat' });
});

test('counters that stand still are a note about the past', () => {
  const still = [counters(0, { ListenOverflows: 3 }), counters(3000, { ListenOverflows: 3 })];
  const found = verdict(id, [listener()], { counters: still });
  expect(found).toMatchObject({ severity: 'note', confidence: 'possible' });
  expect(found?.evidence[0]?.text).toContain('did not move');
});

test('the past of the namespace is nothing to say about one port', () => {
  const still = [counters(0, { ListenOverflows: 3 }), counters(3000, { ListenOverflows: 3 })];
  const seen = evidence([[listener(), ...rows(2)]], { counters: still });
  expect(diagnose(seen, { kind: 'port', port: 8080 }).verdicts).toEqual([]);
});

test('a counter that moves is a problem of a port only if no other port listens', () => {
  const moved = [counters(0, { ListenOverflows: 3 }), counters(3000, { ListenOverflows: 9 })];
  const asked = (listeners: readonly SocketRow[]) =>
    diagnose(evidence([listeners], { counters: moved }), { kind: 'port', port: 8080 }).verdicts[0];
  expect(asked([listener()])).toMatchObject({ severity: 'problem', confidence: 'certain' });
  expect(asked([listener(), listener({ localPort: 22 })])).toMatchObject({
    severity: 'risk',
    confidence: 'possible',
  });
});

test('segments dropped for another reason are no overflow', () => {
  const moved = [counters(0, { ListenDrops: 3 }), counters(3000, { ListenDrops: 9 })];
  expect(diagnose(evidence([[listener()]], { counters: moved }), everything).verdicts).toEqual([]);
});

import { expect, test } from 'vitest';
import { type Fact, observe, observeAll, type Source, unseenConnection } from '../src/index.ts';

const seen = (at: number, fact: Fact, source: Source = 'library') => ({ at, source, ...fact });
const reading = (at: number, paused: boolean) =>
  seen(at, { kind: 'reading', of: 'client', paused });
const heard = (at: number) => seen(at, { kind: 'data', by: 'server', seenAt: 'client', bytes: 1 });

const fin = (at: number, seenAt: 'client' | 'wire') =>
  seen(at, { kind: 'fin', by: 'client', seenAt, hadPeerFin: 'unknown' });
const close = (at: number, statusCode: number, hadPeerClose: boolean | 'unknown') =>
  seen(at, {
    kind: 'close-frame',
    by: 'server',
    seenAt: 'client',
    statusCode,
    reason: '',
    hadPeerClose,
  });
const gap = (missing: string) => seen(0, { kind: 'gap', missing }, 'packets');

test('a fact keeps the earliest time at which it was seen, at each vantage', () => {
  const connection = observeAll(unseenConnection('wire'), [
    fin(9, 'wire'),
    fin(7, 'client'),
    fin(8, 'wire'),
  ]);
  expect(connection.client.fin?.times).toEqual({ wire: 8, client: 7 });
});

test('a current value is the latest, also if it comes late', () => {
  const connection = observeAll(unseenConnection('client'), [reading(5, true), reading(3, false)]);
  expect(connection.client.reading).toEqual({ at: 5, paused: true });
});

test('of two in the same millisecond the later to come is the current one', () => {
  const connection = observeAll(unseenConnection('client'), [reading(5, true), reading(5, false)]);
  expect(connection.client.reading?.paused).toBe(false);
});

test('pausing again does not begin the pause again', () => {
  const connection = observeAll(unseenConnection('client'), [reading(5, true), reading(9, true)]);
  expect(connection.client.reading?.at).toBe(5);
});

test('a peer was last heard at the latest time', () => {
  const connection = observeAll(unseenConnection('client'), [heard(9), heard(4)]);
  expect(connection.server.heardAt).toBe(9);
});

test('a second Close frame of the same end changes nothing but what was not known', () => {
  const connection = observeAll(unseenConnection('client'), [
    close(1, 1000, 'unknown'),
    close(2, 1001, true),
  ]);
  expect(connection.server.closeFrame).toMatchObject({
    times: { client: 1 },
    statusCode: 1000,
    hadPeerClose: true,
  });
});

test('after its end a library is not listened to, and the kernel still is', () => {
  const ended = seen(5, { kind: 'ended', of: 'client', never: [], unflushedBytes: 0 });
  const connection = observe(unseenConnection('client'), ended);
  expect(observe(connection, heard(6))).toBe(connection);
  const row = seen(
    6,
    { kind: 'tcp-state', of: 'client', tcpState: 'TIME-WAIT', owned: false },
    'socket-table',
  );
  expect(observe(connection, row).client.tcpStates).toEqual({ 'TIME-WAIT': 6 });
});

test('what sources miss is kept once each, and not without end', () => {
  const many = Array.from({ length: 100 }, (_, index) => gap(`${index % 20} packets`));
  expect(observeAll(unseenConnection('wire'), many).gaps).toHaveLength(8);
});

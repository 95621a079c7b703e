import { expect, test } from 'vitest';
import { report, textsOf, verdict } from '../support/evidence.ts';
import { listener, outgoing, row, rows, timeWait } from '../support/rows.ts';

const id = 'time-wait-on-server';

test("TIME-WAIT at the listener's port is healthy, certain, and named after the listener", () => {
  const found = verdict(id, [listener(), ...rows(20, timeWait(5000))]);
  expect(found).toMatchObject({
    severity: 'healthy',
    confidence: 'certain',
    count: 20,
    port: 8080,
    process: { name: 'java', pid: 4121 },
    destination: null,
    page: 'docs/verdicts/time-wait-on-server.md',
  });
  expect(found?.lasts?.ms).toBe(55_000);
});

test('it costs 256 bytes each, and no port and no descriptor', () => {
  const found = verdict(id, [listener(), ...rows(20, timeWait(5000))]);
  expect(found?.costs).toMatchObject([{ resource: 'memory', value: 20 * 256 }]);
});

test('the timers of one snapshot give the rate of closes', () => {
  const closes = Array.from({ length: 100 }, (_, index) => timeWait(index * 100));
  const found = verdict(id, [
    listener(),
    ...closes.map((each, index) => row({ ...each, remotePort: 40_000 + index })),
  ]);
  const rate = found?.evidence.find(({ unit }) => unit === 'closes/s');
  expect(rate?.value).toBeCloseTo(100 / 9.9, 1);
});

test('without the listener the ports still tell the side, and it is only likely', () => {
  const found = verdict(id, rows(20, timeWait(5000)), { owners: null });
  expect(found).toMatchObject({ confidence: 'likely', process: null });
});

test("TIME-WAIT of a client is not the server's", () => {
  expect(verdict(id, [listener(), ...outgoing(20, timeWait(5000))])).toBeUndefined();
});

test('a listener without TIME-WAIT gives no verdict at all', () => {
  expect(report([listener(), ...rows(20)]).verdicts).toEqual([]);
});

test('a table without timers still says 60 s', () => {
  const found = verdict(id, [listener(), row({ ...timeWait(0), timer: null })]);
  expect(found?.lasts).toMatchObject({ ms: 60_000, text: '60 s each' });
  expect(found?.evidence.some(({ unit }) => unit === 'closes/s')).toBe(false);
});

test("on macOS neither 60 s nor Linux's memory is claimed", () => {
  const found = verdict(id, [listener(), row(timeWait(0))], { platform: 'macos' });
  expect(found?.lasts?.ms).toBeNull();
  expect(found?.costs).toEqual([]);
  expect(found && textsOf(found).join()).not.toContain('tcp_');
});

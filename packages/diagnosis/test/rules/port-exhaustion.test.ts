import { expect, test } from 'vitest';
import { settings, verdict } from '../support/evidence.ts';
import { listener, outgoing, rows, timeWait } from '../support/rows.ts';

const id = 'port-exhaustion';
const narrow = { settings: { ...settings, portRange: [32_768, 32_777] as const } };

test('no port left towards a destination is a certain problem now', () => {
  const found = verdict(id, outgoing(10, timeWait(20_000)), narrow);
  expect(found).toMatchObject({
    severity: 'problem',
    count: 10,
    destination: '10.0.0.9:443',
    port: 443,
  });
  expect(found?.summary).toContain('EADDRNOTAVAIL');
  expect(found?.costs[0]).toMatchObject({ resource: 'ports', value: 10, limit: 10 });
});

test('ports are counted for each destination: five and five exhaust nothing', () => {
  const here = outgoing(5, timeWait(20_000));
  const there = outgoing(5, { ...timeWait(20_000), remoteAddress: '10.0.0.10' });
  expect(verdict(id, [...here, ...there], narrow)).toBeUndefined();
});

test('a server may have more TIME-WAITs on one port than there are ports', () => {
  expect(verdict(id, [listener(), ...rows(40, timeWait(20_000))], narrow)).toBeUndefined();
});

test('a rate that the ports cannot bear is told with the seconds that are left', () => {
  const range = { settings: { ...settings, portRange: [32_768, 33_767] as const } };
  const closes = Array.from({ length: 500 }, (_, index) => timeWait(index * 20));
  const table = closes.flatMap((each, index) =>
    outgoing(1, { ...each, localPort: 32_768 + index }),
  );
  const found = verdict(id, table, range);
  expect(found).toMatchObject({ severity: 'risk', confidence: 'likely' });
  expect(found?.costs[0]?.exhaustedIn).toBeCloseTo(10, 0);
});

test('one burst on a few of the ports is no rate', () => {
  const range = { settings: { ...settings, portRange: [32_768, 33_767] as const } };
  expect(verdict(id, outgoing(90, timeWait(100)), range)).toBeUndefined();
});

test('a rate that the ports can bear for ever is no risk', () => {
  const range = { settings: { ...settings, portRange: [32_768, 36_767] as const } };
  const closes = Array.from({ length: 500 }, (_, index) => timeWait(index * 20));
  const table = closes.flatMap((each, index) =>
    outgoing(1, { ...each, localPort: 32_768 + index }),
  );
  expect(verdict(id, table, range)).toBeUndefined();
});

test('where tcp_tw_reuse lets new connections take ports over, a full range is only a risk', () => {
  const reuse = { settings: { ...narrow.settings, timeWaitReuse: 1 } };
  const found = verdict(id, outgoing(10, timeWait(20_000)), reuse);
  expect(found).toMatchObject({ severity: 'risk' });
  expect(found?.evidence.map(({ text }) => text).join()).toContain('tcp_tw_reuse');
  const fresh = verdict(id, outgoing(10, timeWait(500)), reuse);
  expect(fresh).toMatchObject({ severity: 'problem' });
});

test('a range that was not read is assumed, unless the ports refute it', () => {
  const many = outgoing(28_232, timeWait(20_000));
  expect(verdict(id, many, { settings: null })).toMatchObject({ confidence: 'possible' });
  const outside = outgoing(28_232, timeWait(20_000)).map((each, index) => ({
    ...each,
    localPort: 10_000 + index,
  }));
  expect(verdict(id, outside, { settings: null })).toBeUndefined();
});

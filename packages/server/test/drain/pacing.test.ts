import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drainSettings } from '../../src/drain/options.ts';
import { batchAt, retryDelay } from '../../src/drain/pacing.ts';

/** Plays a drain in virtual time, in which each turn is `late` ms late: when each connection had its turn. */
function play(count: number, options: Parameters<typeof drainSettings>[0], late = 0): number[] {
  const settings = drainSettings(options);
  const turns: number[] = [];
  for (let elapsed = 0; turns.length < count; elapsed += settings.batchInterval + late) {
    const size = batchAt({ waiting: count - turns.length, elapsed }, settings);
    expect(size).toBeGreaterThan(0);
    turns.push(...Array.from({ length: size }, () => elapsed));
  }
  return turns;
}

test('Close frames go out in batches of the size asked for, one an interval', () => {
  const turns = play(250, { batchSize: 100, batchInterval: 50, timeout: 10_000 });
  const sizes = [0, 50, 100].map((at) => turns.filter((turn) => turn === at).length);
  expect(sizes).toEqual([100, 100, 50]);
});

test('batches grow where the last one would be later than half of the timeout', () => {
  const turns = play(10_000, { batchSize: 1, batchInterval: 10, timeout: 1_000 });
  expect(Math.max(...turns)).toBeLessThanOrEqual(500);
  const sizes = [0, 10, 20].map((at) => turns.filter((turn) => turn === at).length);
  for (const size of sizes) expect(size).toBeLessThanOrEqual(200);
});

test('everyone has a turn by half of the timeout, and messages go out ahead of that', () => {
  fc.assert(
    fc.property(
      fc.record({
        count: fc.integer({ min: 1, max: 3_000 }),
        batchSize: fc.integer({ min: 1, max: 200 }),
        batchInterval: fc.integer({ min: 1, max: 500 }),
        timeout: fc.integer({ min: 1_000, max: 60_000 }),
        lead: fc.integer({ min: 0, max: 400 }),
        late: fc.integer({ min: 0, max: 30 }),
      }),
      ({ count, batchSize, batchInterval, timeout, lead, late }) => {
        const options = { batchSize, batchInterval, timeout, messageLead: lead };
        const turns = play(count, options, late);
        expect(turns).toHaveLength(count);
        expect(Math.max(...turns) + lead).toBeLessThanOrEqual(timeout / 2 + batchInterval + late);
      },
    ),
  );
});

test('the delays of the clients are spread evenly, whatever chance says', () => {
  const retryAfter = { min: 1_000, max: 11_000 };
  const count = 1_000;
  const delays = Array.from({ length: count }, (_, index) =>
    retryDelay({ index, count }, retryAfter, Math.random()),
  );
  for (let second = 1; second <= 10; second++) {
    const returning = delays.filter((delay) => Math.floor(Number(delay) / 1_000) === second);
    expect(returning).toHaveLength(100);
  }
});

test('nothing is asked of clients where retryAfter is false', () => {
  expect(retryDelay({ index: 0, count: 1 }, false, 0.5)).toBeNull();
});

test('wrong options say what was expected', () => {
  expect(() => drainSettings({ timeout: Number.NaN })).toThrow(
    'Expected `drain.timeout` to be a number from 0 to 2147483647, got `NaN` (number)',
  );
  expect(() => drainSettings({ batchSize: 0 })).toThrow('drain.batchSize');
  expect(() => drainSettings({ messageLead: 20_000 })).toThrow('from 0 to 12500');
  expect(() => drainSettings({ retryAfter: { min: 5, max: 4 } })).toThrow('drain.retryAfter.max');
  expect(() => drainSettings({ code: 1006 })).toThrow('may stand in a Close frame');
  expect(() => drainSettings({ reason: 'x'.repeat(99) })).toThrow('at most 98 bytes');
  expect(drainSettings({ reason: 'x'.repeat(123), retryAfter: false }).reason).toHaveLength(123);
});

import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Alarm, AlarmClock, now } from '../src/alarm-clock.ts';

function alarm(ring: (at: number) => void): Alarm {
  return { alarmAt: 0, alarmIndex: -1, ring };
}

test('alarms ring in the order of their times, whatever was set, set again and cleared before', async () => {
  const times = fc.array(
    fc.record({ delay: fc.nat(20), again: fc.option(fc.nat(20)), cleared: fc.boolean() }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(times, async (alarms) => {
      const clock = new AlarmClock();
      const began = now();
      const rung: number[] = [];
      const kept = alarms.filter(({ cleared }) => !cleared);
      await new Promise<void>((resolve) => {
        for (const { delay, again, cleared } of alarms) {
          const each = alarm(() => {
            rung.push(each.alarmAt);
            if (rung.length === kept.length) resolve();
          });
          clock.set(each, began + delay);
          if (again !== null) clock.set(each, began + again);
          if (cleared) clock.clear(each);
        }
        if (kept.length === 0) resolve();
      });
      expect(rung).toEqual(
        kept.map(({ delay, again }) => began + (again ?? delay)).sort((a, b) => a - b),
      );
    }),
    { numRuns: 20 },
  );
});

test('no alarm rings before its time', async () => {
  const clock = new AlarmClock();
  const at = now() + 15;
  const rungAt = await new Promise<number>((resolve) => clock.set(alarm(resolve), at));
  expect(rungAt).toBeGreaterThanOrEqual(at);
});

test('an alarm that throws does not silence the others', () => {
  vi.useFakeTimers();
  try {
    const clock = new AlarmClock();
    const rung: string[] = [];
    const thrower = alarm(() => {
      throw new Error('of an alarm');
    });
    clock.set(thrower, now() + 5);
    clock.set(
      alarm(() => rung.push('second')),
      now() + 10,
    );
    expect(() => vi.advanceTimersByTime(8)).toThrow('of an alarm');
    vi.advanceTimersByTime(20);
    expect(rung).toEqual(['second']);
  } finally {
    vi.useRealTimers();
  }
});

test('many alarms at once leave the event loop its turns', async () => {
  const clock = new AlarmClock();
  const at = now() + 5;
  let turns = 0;
  let rung = 0;
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      if (rung > 0) turns += 1;
      if (rung < 60) setImmediate(turn);
    };
    turn();
    for (let each = 0; each < 60; each++) {
      const ring = (): void => {
        busy();
        if (++rung === 60) resolve();
      };
      clock.set(alarm(ring), at);
    }
  });
  expect(turns).toBeGreaterThan(3);
});

test('an alarm that is put off again and again leaves nothing behind', () => {
  const clock = new AlarmClock();
  const putOff = alarm(() => {});
  const far = now() + 1_000_000;
  const before = usedBytes();
  for (let each = 0; each < 500_000; each++) clock.set(putOff, far + (each % 2));
  const left = usedBytes() - before;
  clock.clear(putOff);
  // A number for each time that it was set would be 4 MB.
  expect(left).toBeLessThan(1_000_000);
});

test('an alarm at the time of one that was cleared rings, and once', async () => {
  const clock = new AlarmClock();
  const at = now() + 5;
  let rung = 0;
  const again = alarm(() => {
    rung += 1;
  });
  for (const time of [at, at + 1, at]) clock.set(again, time);
  await new Promise<void>((resolve) =>
    clock.set(
      alarm(() => resolve()),
      at + 10,
    ),
  );
  expect(rung).toBe(1);
});

/** Of the heap, all garbage collected. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return getHeapStatistics().used_heap_size;
}

/** Takes a millisecond of the loop. */
function busy(): void {
  const until = performance.now() + 1;
  while (performance.now() < until);
}

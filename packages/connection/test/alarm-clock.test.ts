import fc from 'fast-check';
import { expect, test } from 'vitest';
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

/** Takes a millisecond of the loop. */
function busy(): void {
  const until = performance.now() + 1;
  while (performance.now() < until);
}

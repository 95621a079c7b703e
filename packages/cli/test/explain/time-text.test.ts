import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeTexts } from '../../src/explain/time-text.ts';

const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function expectAsJson(times: readonly (number | null)[]): void {
  const texts = new TimeTexts();
  expect(times.map((at) => texts.of(at))).toEqual(times.map((at) => JSON.stringify(at)));
}

describe('the text of a time is what JSON.stringify makes of it', () => {
  test.each([
    // Captures count seconds, and units of a second of which a ms has so many.
    ['microseconds', 1e3],
    ['nanoseconds', 1e6],
  ])('in captures with %s', (_, unitsPerMs) => {
    const units = fc.integer({ min: 0, max: 1000 * unitsPerMs - 1 });
    const time = fc.tuple(seconds, units).map(([s, u]) => s * 1000 + u / unitsPerMs);
    fc.assert(
      fc.property(fc.array(time), (times) => expectAsJson([...times, ...times])),
      { numRuns: 2000 },
    );
  });

  test('for any number, and for none', () => {
    const time = fc.double({ min: 0, max: 1e15, noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(fc.array(fc.option(time)), (times) => expectAsJson(times)));
    expectAsJson([0, 999.999, 1000, 1000.0005, 1000.9996, 2 ** 41 - 2 ** -12, 2 ** 43 - 2 ** -10]);
  });
});

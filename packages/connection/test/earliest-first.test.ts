import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EarliestFirst } from '../src/earliest-first.ts';

test('what was added comes out smallest first, as often as it was added', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (times) => {
      const heap = new EarliestFirst();
      for (const time of times) heap.add(time);
      const out: number[] = [];
      for (let { first } = heap; first !== undefined; { first } = heap) {
        out.push(first);
        heap.removeFirst();
      }
      expect(out).toEqual(times.toSorted((a, b) => a - b));
    }),
  );
});

test('what was cleared is empty', () => {
  const heap = new EarliestFirst();
  heap.add(1);
  heap.clear();
  expect(heap.first).toBeUndefined();
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fifo } from '../../src/kernel-trace/fifo.ts';

describe('first in, first out', () => {
  it('holds for any mix of pushes and shifts, and across compaction', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2_000), fc.nat(2_000)), { maxLength: 10 }), (rounds) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        let next = 0;
        for (const [pushes, shifts] of rounds) {
          for (let i = 0; i < pushes; i += 1, next += 1) {
            fifo.push(next);
            model.push(next);
          }
          for (let i = 0; i < shifts; i += 1) expect(fifo.shift()).toBe(model.shift());
          expect(fifo.length).toBe(model.length);
          expect(fifo.first()).toBe(model[0]);
        }
        expect([...fifo]).toEqual(model);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventColumns } from '../../src/kernel-trace/event-columns.ts';
import { type CpuRun, mergeCpus } from '../../src/kernel-trace/merge-cpus.ts';

function columnsOf(cpus: readonly (readonly number[])[]) {
  const columns = new EventColumns(1000);
  const runs = cpus.map((times): CpuRun => {
    const next = columns.length;
    columns.at.set(
      [...times].sort((a, b) => a - b),
      next,
    );
    columns.length += times.length;
    return { next, end: columns.length };
  });
  return { columns, runs };
}

describe('merging the CPUs', () => {
  it('gives every row up to the limit once, in the order of their times, and holds back the rest', () => {
    const cpus = fc.array(fc.array(fc.nat(50), { maxLength: 20 }), { maxLength: 6 });
    fc.assert(
      fc.property(cpus, fc.nat(60), (times, until) => {
        const { columns, runs } = columnsOf(times);
        const order = new Int32Array(columns.length);
        const length = mergeCpus(columns, runs, { until, order });
        const merged = [...order.subarray(0, length)].map((row) => columns.at[row]);
        const all = times.flat().sort((a, b) => a - b);
        expect(merged).toEqual(all.filter((time) => time <= until));
        expect(new Set(order.subarray(0, length)).size).toBe(length);
        const held = runs.flatMap(({ next, end }) => [...columns.at.subarray(next, end)]);
        expect(held.sort((a, b) => a - b)).toEqual(all.filter((time) => time > until));
      }),
    );
  });
});

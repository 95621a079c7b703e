import fc from 'fast-check';
import { AggregatorRegistry, Histogram, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { unlabelled } from '../../src/metrics/instruments.ts';
import { PromHistogram } from '../../src/metrics/prom-histogram.ts';

const phases = [{ phase: 'tcp' }, { phase: 'total' }];
const config = { name: 'seconds', help: 'How long', buckets: [0.001, 0.5, 2] };

/** Ours and prom-client's own, each in a register of its own. */
function both(labelNames: string[]) {
  const registers = { ours: new Registry(), theirs: new Registry() };
  const ours = new PromHistogram({ ...config, labelNames, registers: [registers.ours] });
  const theirs = new Histogram({ ...config, labelNames, registers: [registers.theirs] });
  const labels = labelNames.length > 0 ? phases : [unlabelled, unlabelled];
  const time = (of: number, seconds: number): void => {
    const its = labels[of] ?? unlabelled;
    ours.time(its, seconds);
    theirs.observe(its, seconds);
  };
  return { time, registers, ours };
}

type Registers = ReturnType<typeof both>['registers'];

async function expectTheSame(registers: Registers): Promise<void> {
  expect(await registers.ours.metrics()).toBe(await registers.theirs.metrics());
  await expectTheSameJson(registers);
}

async function expectTheSameJson({ ours, theirs }: Registers): Promise<void> {
  const told = await Promise.all([ours.getMetricsAsJSON(), theirs.getMetricsAsJSON()]);
  // prom-client names the exemplars that there are none of.
  const [a, b] = told.map((all) =>
    JSON.stringify(all, (k, v) => (k === 'exemplar' ? undefined : v)),
  );
  expect(JSON.parse(a ?? '')).toEqual(JSON.parse(b ?? ''));
}

const seconds = fc.oneof(
  fc.constantFrom(0, ...config.buckets),
  fc.double({ min: 0, max: 5, noNaN: true }),
);
const observations = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), seconds), { maxLength: 40 });

describe.each([[['phase']], [[]]])('a histogram with the labels %j', (labelNames) => {
  test('tells what one of prom-client tells that was fed with the same values', async () => {
    const property = fc.asyncProperty(observations, async (all) => {
      const { time, registers } = both(labelNames);
      await expectTheSame(registers);
      for (const each of all) time(...each);
      await expectTheSame(registers);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test('counts from zero behind a reset', async () => {
    const { time, registers } = both(labelNames);
    time(0, 0.2);
    registers.ours.resetMetrics();
    registers.theirs.resetMetrics();
    await expectTheSame(registers);
    time(1, 3);
    await expectTheSame(registers);
  });
});

test('default labels of the register are added, and give way to its own', async () => {
  const { time, registers } = both(['phase']);
  time(0, 0.2);
  for (const each of Object.values(registers)) each.setDefaultLabels({ host: 'a', phase: 'b' });
  await expectTheSameJson(registers);
  expect(await registers.ours.metrics()).toContain('{phase="tcp",host="a"} 0.2');
});

test('the processes of a cluster add up', async () => {
  const sums = await Promise.all(
    (['ours', 'theirs'] as const).map(async (whose) => {
      const workers = [both(['phase']), both(['phase'])];
      workers.forEach(({ time }, index) => [0.0001, 1, 7].forEach((each) => time(index, each)));
      workers.forEach(({ time }) => time(0, 0.4));
      const told = workers.map(({ registers }) => registers[whose].getMetricsAsJSON());
      return AggregatorRegistry.aggregate(await Promise.all(told)).metrics();
    }),
  );
  expect(sums[0]).toContain('seconds_bucket{le="+Inf",phase="tcp"} 5');
  expect(sums[0]).toBe(sums[1]);
});

test('it can be found in its register, merged with others, and taken out', async () => {
  const { time, registers, ours } = both(['phase']);
  time(0, 0.2);
  expect(registers.ours.getSingleMetric('seconds')).toBe(ours);
  const merged = await Registry.merge([registers.ours, new Registry()]).metrics();
  expect(merged).toBe(await registers.theirs.metrics());
  registers.ours.removeSingleMetric('seconds');
  expect(registers.ours.getMetricsAsArray()).toEqual([]);
});

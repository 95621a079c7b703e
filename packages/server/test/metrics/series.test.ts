import { expect, test } from 'vitest';
import { SeriesOf } from '../../src/metrics/series.ts';

test('each pair of label values is a series of its own, and always the same object', () => {
  const series = new SeriesOf((side: string, held: string) => ({ side, held }));
  series.add('client', 'yes');
  const [first] = series.all;
  series.add('client', 'no');
  series.add('server', 'yes');
  series.add('client', 'yes');
  expect(series.all).toEqual([
    { labels: { side: 'client', held: 'yes' }, value: 2 },
    { labels: { side: 'client', held: 'no' }, value: 1 },
    { labels: { side: 'server', held: 'yes' }, value: 1 },
  ]);
  expect(series.all[0]).toBe(first);
});

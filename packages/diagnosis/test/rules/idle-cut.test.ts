import type { TracedGroup } from '@farewell/core';
import { expect, test } from 'vitest';
import { textsOf } from '../support/evidence.ts';
import { durations, group, trace, tracedVerdict } from '../support/traces.ts';

const id = 'idle-cut';
const fins = group().firstFins;

/** Connections that the other side ended after this idle time, over ten times as long. */
function cut(age: number, count = 8, facts: Partial<TracedGroup> = {}) {
  const idleAges = [durations(age, count)];
  return group({
    ended: count,
    idleAges,
    endedOver: age,
    firstFins: { ...fins, peer: count },
    ...facts,
  });
}

test.each([
  [60_010, ['nginx', 'AWS ALB']],
  [100_300, ['Cloudflare']],
  [240_020, ['Azure Load Balancer']],
  [350_500, ['AWS NLB']],
])('%i ms is matched with the defaults that have it', (age, names) => {
  const found = tracedVerdict(id, trace([cut(age)]));
  expect(found).toMatchObject({ severity: 'risk', confidence: 'likely', count: 8, port: 8080 });
  for (const name of names) expect(textsOf(found).join('\n')).toContain(name);
});

test('an age that no default has is told of all the same, without a name', () => {
  const found = tracedVerdict(id, trace([cut(1500)]));
  expect(found?.summary).toContain('the same idle age');
  expect(textsOf(found).join('\n')).not.toMatch(/nginx|AWS|Azure|Cloudflare|Envoy|GCP/);
});

test('an own idle timeout is named as such', () => {
  const own = cut(60_000, 8, { firstFins: { ...fins, local: 8 } });
  const found = tracedVerdict(id, trace([own]));
  expect(found?.severity).toBe('note');
  expect(found?.summary).toContain('java closes connections on which nothing moved');
});

test('without privilege it is told, but not who', () => {
  const deaths = cut(60_000, 8, { process: null, firstFins: { ...fins, unknown: 8 } });
  const found = tracedVerdict(id, trace([deaths], { source: 'destroy-events' }));
  expect(found?.summary).toContain('who, this source cannot tell');
});

test('connections that a deploy closed after one broadcast are not more than possible', () => {
  const together = cut(37_000, 500, { endedOver: 40 });
  expect(tracedVerdict(id, trace([together]))?.confidence).toBe('possible');
});

test.each([
  ['ends at all ages', [durations(2000, 3), durations(9000, 3), durations(31_000, 3)]],
  ['three that are alike', [durations(60_000, 3)]],
  ['closes right after the last message', [durations(3, 500)]],
  ['a few idle ones among ordinary closes', [durations(3, 500), durations(60_000, 6)]],
])('%s are no cut', (_what, idleAges) => {
  expect(
    tracedVerdict(id, trace([group({ ended: 9, endedOver: 9000, idleAges })])),
  ).toBeUndefined();
});

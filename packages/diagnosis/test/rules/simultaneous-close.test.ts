import { expect, test } from 'vitest';
import { group, trace, tracedVerdict } from '../support/traces.ts';

const fins = group().firstFins;

test('FINs that crossed are a note: nothing is wrong', () => {
  const crossed = group({ ended: 5, firstFins: { ...fins, local: 3, crossed: 2 } });
  const found = tracedVerdict('simultaneous-close', trace([crossed]));
  expect(found).toMatchObject({ severity: 'note', confidence: 'certain', count: 2, port: 8080 });
});

test('closes one after the other are none', () => {
  const orderly = group({ ended: 5, firstFins: { ...fins, local: 3, peer: 2 } });
  expect(tracedVerdict('simultaneous-close', trace([orderly]))).toBeUndefined();
});

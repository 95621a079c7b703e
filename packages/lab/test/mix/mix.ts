import fc from 'fast-check';
import { type WayName, ways } from './ways.ts';

const connections = 400;

const wayNames = Object.keys(ways) as WayName[];

/** Hundreds of connections, each with the way in which it ends: every way once, the others at random. */
export function mixOf(seed: number): readonly WayName[] {
  const size = { minLength: connections, maxLength: connections };
  const sampled = fc.sample(fc.array(fc.constantFrom(...wayNames), size), { seed, numRuns: 1 });
  return [...wayNames, ...sampled.flat()];
}

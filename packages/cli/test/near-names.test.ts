import { describe, expect, it } from 'vitest';
import { nearNames } from '../src/near-names.ts';

const known = ['client-closes-first', 'server-closes-first', 'fin-wait-2-held', 'ports-reused'];

describe('nearNames', () => {
  it('finds the names that contain what was typed, whatever its case', () => {
    expect(nearNames('CLOSES', known)).toEqual(['client-closes-first', 'server-closes-first']);
  });

  it('finds the name with a letter too few, too many or wrong', () => {
    expect(nearNames('prts-reused', known)).toEqual(['ports-reused']);
    expect(nearNames('ports-reussed', known)).toEqual(['ports-reused']);
    expect(nearNames('fin-wait-3-held', known)).toEqual(['fin-wait-2-held']);
  });

  it('names the nearest first, three at most', () => {
    expect(nearNames('server-close-first', known)[0]).toBe('server-closes-first');
    expect(nearNames('aaa', ['aaab', 'aaac', 'aaad', 'aaae'])).toHaveLength(3);
  });

  it('finds nothing where nothing is near', () => {
    expect(nearNames('half', known)).toEqual([]);
  });
});

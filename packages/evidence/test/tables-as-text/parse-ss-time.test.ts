import { describe, expect, it } from 'vitest';
import { parseSsTime } from '../../src/tables-as-text/parse-ss-time.ts';

describe('a time left as ss prints it', () => {
  it.each([
    ['', 0],
    ['040ms', 40],
    ['600ms', 600],
    ['49sec', 49_000],
    ['1min30sec', 90_000],
    ['2min11sec', 131_000],
    ['119min', 7_140_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseSsTime(text)).toBe(ms);
  });

  it('reads `5.020ms` as 5020 ms: up to iproute2 6.1 that is how 5.020 s is printed', () => {
    expect(parseSsTime('5.020ms')).toBe(5020);
    expect(parseSsTime('4.872sec')).toBe(4872);
    expect(parseSsTime('1.2ms')).toBe(1200);
  });

  it.each(['x', '-1sec', '5 sec', '1min2min', 'sec', '5.sec'])('%s is none', (text) => {
    expect(parseSsTime(text)).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatQuantity,
  formatRate,
} from '../../src/terminal/format.ts';

describe('formatCount', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [4096, '4,096'],
    [1_234_567, '1,234,567'],
    [1234.5678, '1,234.5678'],
    [0.1234, '0.1234'],
  ])('groups the thousands of %d', (value, text) => {
    expect(formatCount(value)).toBe(text);
  });
});

test('formatQuantity uses the singular for one only', () => {
  expect([0, 1, 2].map((value) => formatQuantity(value, 'socket'))).toEqual([
    '0 sockets',
    '1 socket',
    '2 sockets',
  ]);
});

describe('formatDuration', () => {
  test.each([
    [0, '0 ms'],
    [499.6, '500 ms'],
    [1000, '1 s'],
    [1549, '1.5 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [90_000, '1 min 30 s'],
    [900_000, '15 min'],
    [3_600_000, '1 h'],
    [90_061_000, '1 d 1 h'],
  ])('gives %d ms in at most two units', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatRate', () => {
  test('has a sign, and a decimal only if it is small', () => {
    expect([4, -0.25, 1234.4, 9.96].map(formatRate)).toEqual([
      '+4/s',
      '-0.3/s',
      '+1,234/s',
      '+10/s',
    ]);
  });

  test('is silent about what rounds to nothing', () => {
    expect(formatRate(0.04)).toBeNull();
  });
});

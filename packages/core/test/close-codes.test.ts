import { expect, test } from 'vitest';
import { closeCodeName, mayCloseWith, mayStandInClose } from '../src/index.ts';

test.each([
  [999, false],
  [1000, true],
  [1003, true],
  [1004, false],
  [1005, false],
  [1006, false],
  [1007, true],
  [1014, true],
  [1015, false],
  [1016, false],
  [2999, false],
  [3000, true],
  [4999, true],
  [5000, false],
  [1000.5, false],
  [Number.NaN, false],
])('may %d stand in a Close frame: %s', (statusCode, expected) => {
  expect(mayStandInClose(statusCode)).toBe(expected);
});

test('an application may close with 1000 and 3000 to 4999 only', () => {
  expect([1000, 1001, 1011, 2999, 3000, 4999, 5000].filter(mayCloseWith)).toEqual([
    1000, 3000, 4999,
  ]);
});

test('codes have the names of the registry, or of their range', () => {
  expect([1000, 1006, 3000, 4001, 2000].map(closeCodeName)).toEqual([
    'normal closure',
    'abnormal closure',
    'registered by a library',
    'private use',
    'unassigned',
  ]);
});

import { expect, test } from 'vitest';
import { bytes, counted, duration, number, perSecond } from '../src/words.ts';

test.each([
  [0, '0'],
  [4.26, '4.3'],
  [99.96, '100'],
  [312.4, '312'],
  [8021, '8,021'],
  [1_234_567, '1,234,567'],
  [-1200, '-1,200'],
])('%f is written %s', (value, text) => expect(number(value)).toBe(text));

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [3200, '3.2 s'],
  [60_000, '60 s'],
  [900_000, '15 min'],
  [2_820_000, '47 min'],
  [924_600, '15.4 min'],
  [7_200_000, '2 h'],
  [432_000_000, '5 days'],
])('%d ms is written %s', (value, text) => expect(duration(value)).toBe(text));

test.each([
  [1, '1 byte'],
  [768, '768 bytes'],
  [738_816, '739 kB'],
  [2_053_376, '2.1 MB'],
])('%d bytes are written %s', (value, text) => expect(bytes(value)).toBe(text));

test('one is one', () => {
  expect(counted(1, 'socket')).toBe('1 socket');
  expect(counted(8021, 'socket')).toBe('8,021 sockets');
});

test.each([
  [4, '+4/s'],
  [-0.5, '-0.5/s'],
  [0.013, '+0.01/s'],
])('%f is written %s', (value, text) => expect(perSecond(value)).toBe(text));

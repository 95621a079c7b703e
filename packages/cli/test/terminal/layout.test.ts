import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flow, printable, textWidth, wrap } from '../../src/terminal/layout.ts';
import { memoryIo } from '../support/memory-io.ts';

describe('wrap', () => {
  test('fills lines up to the width and no further', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });

  test('keeps a number and its unit together', () => {
    expect(wrap('for 4.9 s', 7)).toEqual(['for', '4.9 s']);
  });

  test('leaves a long word whole', () => {
    expect(wrap('a [2001:db8::7]:443 b', 5)).toEqual(['a', '[2001:db8::7]:443', 'b']);
  });

  test('keeps every word, in order, whatever the width', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z0-9]{1,9}$/)),
        fc.integer({ min: 1, max: 60 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width);
          expect(lines.join(' ')).toBe(words.join(' '));
          const tooLong = lines.filter(
            (line) => line.length > width && !/^\S+( (ms|s|min|h|d|B|kB|MB|GB))*$/.test(line),
          );
          expect(tooLong).toEqual([]);
        },
      ),
    );
  });
});

test('flow never breaks a cell', () => {
  expect(flow(['TIME-WAIT 8,021 on the server', 'LAST-ACK 0'], 30, 3)).toEqual([
    'TIME-WAIT 8,021 on the server',
    'LAST-ACK 0',
  ]);
});

test('printable leaves no control character of foreign text, which could drive the terminal', () => {
  const text = printable('ja\u001B[2Jva\r\n\u009B1m\u202Eevil');
  expect(text).toBe('ja\uFFFD[2Jva\uFFFD\uFFFD\uFFFD1m\uFFFDevil');
});

describe('textWidth', () => {
  test('is 80 in a pipe, COLUMNS if set, and within bounds', () => {
    expect(textWidth(memoryIo())).toBe(80);
    expect(textWidth(memoryIo({ env: { COLUMNS: '100' } }))).toBe(100);
    expect(textWidth(memoryIo({ env: { COLUMNS: '3' } }))).toBe(40);
    expect(textWidth(memoryIo({ env: { COLUMNS: '9999' } }))).toBe(120);
    expect(textWidth(memoryIo({ env: { COLUMNS: 'wide' } }))).toBe(80);
  });
});

import { describe, expect, test } from 'vitest';
import { painter, wantsColour } from '../../src/terminal/colour.ts';
import { MemoryStream } from '../support/memory-io.ts';

const terminal = new MemoryStream({ isTTY: true });
const pipe = new MemoryStream();

describe('wantsColour', () => {
  test('is for terminals', () => {
    expect(wantsColour(terminal, {}, undefined)).toBe(true);
    expect(wantsColour(pipe, {}, undefined)).toBe(false);
    expect(wantsColour(terminal, { TERM: 'dumb' }, undefined)).toBe(false);
  });

  test('NO_COLOR and --no-color forbid it, even against FORCE_COLOR', () => {
    expect(wantsColour(terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, undefined)).toBe(false);
    expect(wantsColour(terminal, { FORCE_COLOR: '1' }, false)).toBe(false);
    expect(wantsColour(terminal, { NO_COLOR: '' }, undefined)).toBe(true);
  });

  test('FORCE_COLOR demands it in a pipe, unless it is 0 or false', () => {
    expect(wantsColour(pipe, { FORCE_COLOR: '1' }, undefined)).toBe(true);
    expect(wantsColour(pipe, { FORCE_COLOR: '' }, undefined)).toBe(true);
    expect(wantsColour(terminal, { FORCE_COLOR: '0' }, undefined)).toBe(false);
  });
});

test('a painter without colour changes nothing', () => {
  expect(painter(false)('problem', 'text')).toBe('text');
  expect(painter(true)('problem', 'text')).toBe('\u001B[31mtext\u001B[39m');
});

import { listScenarios } from '@farewell/lab';
import { describe, expect, it } from 'vitest';
import { parseRequest } from '../../src/lab/request.ts';

const options = { color: true } as const;
const scenarios = listScenarios();
const all = scenarios.map(({ name }) => name);
const fast = scenarios.filter(({ pace }) => pace === 'fast').map(({ name }) => name);

describe('parseRequest', () => {
  it('means all scenarios but the slow ones when none is named', () => {
    expect(fast.length).toBeLessThan(all.length);
    expect(parseRequest([], options)).toEqual({
      ok: true,
      value: { does: 'run', names: fast, json: false, color: true },
    });
  });

  it('means the slow ones too with --all, and when it only lists', () => {
    for (const more of [{ all: true }, { list: true }])
      expect(parseRequest([], { ...options, ...more })).toMatchObject({ value: { names: all } });
    const [slow = ''] = all.filter((name) => !fast.includes(name));
    expect(parseRequest([slow], options)).toMatchObject({ value: { names: [slow] } });
  });

  it('refuses names beside --all', () => {
    const request = parseRequest(['close-wait-leak'], { ...options, all: true });
    expect(request).toMatchObject({ ok: false, error: expect.stringContaining('--all') });
  });

  it('runs each name once, in the order of the list', () => {
    const [first = '', second = ''] = all;
    const request = parseRequest([second, first, second], { ...options, json: true });
    expect(request).toMatchObject({ ok: true, value: { names: [first, second], json: true } });
  });

  it('names the scenario that was probably meant', () => {
    expect(parseRequest(['close-wait-leek'], options)).toEqual({
      ok: false,
      error:
        'there is no scenario "close-wait-leek"; did you mean close-wait-leak? (--list shows all)',
    });
  });

  it('guesses nothing for a name that is like none, however long it is', () => {
    for (const name of ['zzzzzz', '', 'x'.repeat(1_000_000)]) {
      const request = parseRequest([name], options);
      expect(request.ok).toBe(false);
      if (!request.ok) expect(request.error).not.toContain('did you mean');
    }
  });

  it('refuses to keep what it only lists', () => {
    const request = parseRequest([], { ...options, list: true, keep: true });
    expect(request).toMatchObject({ ok: false, error: expect.stringContaining('--keep') });
  });
});

import { listScenarios } from '@farewell/lab';
import { describe, expect, it } from 'vitest';
import { parseRequest } from '../../src/lab/request.ts';

const options = { color: true } as const;
const all = listScenarios().map(({ name }) => name);

describe('parseRequest', () => {
  it('means all scenarios when none is named', () => {
    expect(parseRequest([], options)).toEqual({
      ok: true,
      value: { does: 'run', names: all, json: false, color: true },
    });
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

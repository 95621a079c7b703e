import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../src/why/parse-duration.ts';

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['24h', 86_400_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text, '--for')).toEqual({ ok: true, value: ms });
  });

  test.each(['', 's', '-1s', '1e3s', '10 s', '10S', 'Infinity', '1d', '5s5s', '9'.repeat(400)])(
    'refuses `%s`',
    (text) => {
      const result = parseDuration(text, '--for');
      expect(result).toMatchObject({ ok: false, error: expect.stringContaining(`\`${text}\``) });
    },
  );

  test('asks which unit a bare number has', () => {
    expect(parseDuration('10', '--for')).toEqual({
      ok: false,
      error:
        'Expected `--for` to be a duration such as 500ms, 10s or 2m, got `10` (seconds? write 10s)',
    });
  });

  test('refuses more than a day, which a timer could not hold for long', () => {
    expect(parseDuration('25h', '--for')).toMatchObject({ ok: false });
  });
});

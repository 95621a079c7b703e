import { describe, expect, it } from 'vitest';
import { parseTimeLine } from '../../src/tables-as-text/parse-time-line.ts';

const time = Date.UTC(2026, 10, 23, 10, 24, 33);

describe('a line that says the time', () => {
  it.each([
    'Mon Nov 23 10:24:33 UTC 2026',
    'Mon Nov 23 11:24:33 CET 2026',
    'Mon Nov 23 10:24:33 AM UTC 2026',
    'Mon 23 Nov 2026 10:24:33 AM UTC',
    'Mon, 23 Nov 2026 11:24:33 +0100',
    'Mon Nov 23 10:24:33 2026',
    '2026-11-23T10:24:33+00:00',
    '2026-11-23T10:24:33Z',
    '2026-11-23 12:24:33 +0200',
    '2026-11-23 10:24:33',
    '1795429473',
    '1795429473000',
    '==== 2026-11-23 10:24:33 ====',
    '--- Mon Nov 23 10:24:33 UTC 2026 ---',
    '[2026-11-23T10:24:33Z]',
  ])('%s', (line) => {
    expect(parseTimeLine(line)).toBe(time);
  });

  it('keeps milliseconds', () => {
    expect(parseTimeLine('2026-11-23T10:24:33,250+00:00')).toBe(time + 250);
    expect(parseTimeLine('1795429473.250000000')).toBe(time + 250);
  });

  it.each([
    '',
    '====',
    '12345',
    '0: 0100007F:1F90',
    '2026-13-45T99:99:99Z',
    'Mon is a day',
    'ESTAB 0 0 10.0.0.1:80 10.0.0.2:50000',
    `Mon Nov 23 10:24:33 UTC 2026 ${'x'.repeat(200)}`,
  ])('`%s` does not', (line) => {
    expect(parseTimeLine(line)).toBeNull();
  });
});

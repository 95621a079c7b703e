import { describe, expect, test } from 'vitest';
import { statusOf } from '../../src/why/exit-status.ts';
import { report, verdict } from '../support/reports.ts';

describe('statusOf', () => {
  test.each([
    ['problem', 'problem', 1],
    ['problem', 'risk', 1],
    ['risk', 'problem', 0],
    ['risk', 'risk', 1],
    ['healthy', 'risk', 0],
    ['note', 'risk', 0],
  ] as const)('a %s with --fail-on %s gives %d', (severity, failOn, status) => {
    expect(statusOf(report({ verdicts: [verdict({ severity })] }), failOn)).toBe(status);
  });

  test('no verdict gives 0', () => {
    expect(statusOf(report(), 'risk')).toBe(0);
  });
});

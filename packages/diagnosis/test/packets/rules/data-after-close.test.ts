import { describe, expect, test } from 'vitest';
import { close, evidenceOf, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('data-after-close', parts);

describe('data-after-close', () => {
  const late = { section: '5.5.1', what: 'a data frame followed the Close frame' };

  test('messages behind the own Close frame', () => {
    const server = { closeFrame: close(0), violations: [late], afterCloseBytes: 1200 };
    const verdict = on({ server });
    expect(verdict).toMatchObject({ severity: 'risk', by: 'server' });
    expect(evidenceOf(verdict)).toContain('1.2 kB');
  });

  test('not of another violation, nor of control frames behind it', () => {
    const other = { section: '5.1', what: 'the client sent a frame without a mask' };
    expect(on({ client: { closeFrame: close(0), violations: [other] } })).toBeUndefined();
    expect(on({ client: { closeFrame: close(0), afterCloseBytes: 6 } })).toBeUndefined();
  });
});

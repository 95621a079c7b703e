import { describe, expect, test } from 'vitest';
import { orAborted, pause, withInterrupt } from '../../src/terminal/interrupt.ts';

describe('withInterrupt', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s ends the work with status %d, after it has put things back',
    async (signal, status) => {
      let putBack = false;
      const reached = withInterrupt(async (aborted) => {
        try {
          process.emit(signal, signal);
          await pause(1e6, aborted);
          return 0;
        } finally {
          putBack = true;
        }
      });
      expect(await reached).toBe(status);
      expect(putBack).toBe(true);
    },
  );

  test('leaves no listener behind', async () => {
    const before = process.listenerCount('SIGINT');
    expect(await withInterrupt(async () => 0)).toBe(0);
    await expect(withInterrupt(() => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

describe('orAborted', () => {
  test('does not wait for work that cannot be stopped', async () => {
    const controller = new AbortController();
    const waiting = orAborted(new Promise(() => {}), controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('passes on a value and an error', async () => {
    const { signal } = new AbortController();
    expect(await orAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(orAborted(Promise.reject(new Error('own')), signal)).rejects.toThrow('own');
  });
});

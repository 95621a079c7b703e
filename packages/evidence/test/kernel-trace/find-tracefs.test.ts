import { describe, expect, it } from 'vitest';
import { tracefsIn } from '../../src/kernel-trace/find-tracefs.ts';

describe('finding tracefs', () => {
  it('takes where it is mounted by itself, wherever that is', () => {
    const mounts =
      'debugfs /sys/kernel/debug debugfs rw 0 0\nnodev /mnt/my\\040trace tracefs rw 0 0\n';
    expect(tracefsIn(mounts)).toBe('/mnt/my trace');
  });

  it('takes the one inside of debugfs otherwise', () => {
    expect(tracefsIn('debugfs /sys/kernel/debug debugfs rw 0 0\n')).toBe(
      '/sys/kernel/debug/tracing',
    );
  });

  it('is null where there is none', () => {
    expect(tracefsIn('proc /proc proc rw 0 0\n\n')).toBeNull();
  });
});

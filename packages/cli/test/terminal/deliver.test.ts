import { describe, expect, test } from 'vitest';
import { exitStatus } from '../../src/exit-status.ts';
import { deliver } from '../../src/terminal/deliver.ts';
import { errorWithCode, MemoryStream, memoryIo } from '../support/memory-io.ts';

describe('deliver', () => {
  test('writes the answer and keeps its status', async () => {
    const io = memoryIo();
    expect(await deliver('text\n', io, 1)).toEqual({ status: 1, readable: true });
    expect(io.stdout.text).toBe('text\n');
  });

  test.each(['EPIPE', 'ERR_STREAM_DESTROYED'])(
    'says nothing of a reader that has gone (%s)',
    async (code) => {
      const io = memoryIo({ stdout: new MemoryStream({ error: errorWithCode(code) }) });
      expect(await deliver('text\n', io, 1)).toEqual({ status: 1, readable: false });
      expect(io.stderr.text).toBe('');
    },
  );

  test('says that a full disk has lost the answer, with a status of its own', async () => {
    const io = memoryIo({ stdout: new MemoryStream({ error: errorWithCode('ENOSPC') }) });
    expect(await deliver('text\n', io, 0)).toEqual({
      status: exitStatus.notWritten,
      readable: false,
    });
    expect(io.stderr.text).toBe(
      'farewell: the answer could not be written to stdout: ENOSPC: as the kernel says\n',
    );
  });
});

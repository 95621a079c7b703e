import { once } from 'node:events';
import { connect } from '@farewell/client/node';
import { createServer, installSignalHandlers } from '@farewell/server';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { runProgram } from './support/run-program.ts';

test('SIGTERM drains, and the process exits with 0', async () => {
  await using program = runProgram('signalled-server.ts');
  const client = await connect(`ws://127.0.0.1:${await program.line()}`).opened;
  program.child.kill('SIGTERM');
  expect(await client.closed).toMatchObject({ code: 1012, wasClean: true });
  expect(await program.line()).toMatch(/^drained 1 connection in .*: 1 closed cleanly$/);
  expect(await program.exited).toEqual([0, null]);
});

for (const [second, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`a second signal (${second}) ends the process at once with ${code}`, async () => {
    await using program = runProgram('signalled-server.ts');
    const url = `ws://127.0.0.1:${await program.line()}`;
    const mute = new WebSocket(url);
    mute.on('error', () => {});
    await once(mute, 'open');
    mute.pause();
    const other = await connect(url).opened;
    program.child.kill('SIGTERM');
    // The drain has begun, and waits for the mute one.
    await other.closed;
    program.child.kill(second);
    expect(await program.exited).toEqual([code, null]);
    mute.terminate();
  });
}

for (const how of ['throws', 'hangs']) {
  test(`an afterDrain that ${how} makes the exit code 1`, async () => {
    await using program = runProgram('signalled-server.ts', how);
    await program.line();
    program.child.kill('SIGINT');
    expect(await program.exited).toEqual([1, null]);
  });
}

test('handlers can be taken away, and wrong options are told at once', async () => {
  await using server = createServer({ noServer: true });
  const before = process.listenerCount('SIGTERM');
  const remove = installSignalHandlers(server);
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  remove();
  expect(process.listenerCount('SIGTERM')).toBe(before);
  expect(() => installSignalHandlers(server, { drain: { timeout: -1 } })).toThrow('drain.timeout');
});

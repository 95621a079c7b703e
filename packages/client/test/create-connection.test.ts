import { connect } from '@farewell/client/node';
import { createServer } from '@farewell/server';
import { expect, test } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';
import { descriptorOf } from '../../connection/src/kernel/descriptor.ts';
import { systemCalls } from '../../connection/src/kernel/system-calls.ts';
import { shell } from '../../connection/src/ws-events.ts';

/** Of include/uapi/linux/tcp.h, asm-generic/socket.h. */
const keepAlive = [1, 9] as const;
const keepIdle = [6, 4] as const;
const keepInterval = [6, 5] as const;
const keepCount = [6, 6] as const;
const userTimeout = [6, 18] as const;

describeWith(['linux'], 'what TCP does by itself, read back from the kernel', () => {
  test('tcpKeepAlive in seconds, tcpUserTimeout in ms', async () => {
    const tcpKeepAlive = { initialDelay: 30_000, interval: 7_000, count: 4 };
    const read = await optionsOf({ tcpKeepAlive, tcpUserTimeout: 12_345 });
    expect(read).toEqual({ on: 1, idle: 30, interval: 7, count: 4, userTimeout: 12_345 });
  });

  test('an interval and a count that are not given are those of Node', async () => {
    const read = await optionsOf({ tcpKeepAlive: { initialDelay: 30_000 } });
    expect(read).toEqual({ on: 1, idle: 30, interval: 1, count: 10, userTimeout: 0 });
  });

  test('without options nothing is set', async () => {
    expect(await optionsOf({})).toMatchObject({ on: 0, userTimeout: 0 });
  });
});

async function optionsOf(options: Parameters<typeof connect>[1]): Promise<object> {
  await using server = createServer({ port: 0, host: '127.0.0.1' });
  const { port } = await server.listening;
  await using connection = await connect(`ws://127.0.0.1:${port}`, options).opened;
  const { socket } = connection[shell];
  const fd = socket && descriptorOf(socket);
  const calls = systemCalls();
  if (!calls || fd === null) throw new Error('koffi is installed for the tests');
  const read = ([level, name]: readonly [number, number]): number => {
    const value = new Int32Array(1);
    expect(calls.getsockopt(fd, level, name, value, Int32Array.of(4))).toBe(0);
    return value[0] ?? Number.NaN;
  };
  return {
    on: read(keepAlive),
    idle: read(keepIdle),
    interval: read(keepInterval),
    count: read(keepCount),
    userTimeout: read(userTimeout),
  };
}

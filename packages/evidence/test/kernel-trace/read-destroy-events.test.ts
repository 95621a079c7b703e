import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { SocketRow } from '@farewell/core';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import {
  type DestroyEvents,
  openDestroyEvents,
} from '../../src/kernel-trace/read-destroy-events.ts';
import { bothClosed, Listener, nodeArguments } from './live.ts';

/** Rows about a port, until there are as many as wanted. */
async function rowsOf(events: DestroyEvents, port: number, wanted: number): Promise<SocketRow[]> {
  const rows: SocketRow[] = [];
  for await (const batch of events) {
    rows.push(...batch.rows.filter((row) => row.localPort === port || row.remotePort === port));
    if (rows.length >= wanted) return rows;
  }
  return rows;
}

describeWith(['linux'], 'the destroy multicast', () => {
  it('gives the last tcp_info of both ends at their death', async () => {
    await using listener = await Listener.open();
    await using events = openDestroyEvents({ pollInterval: 5 });
    const { client, server } = await listener.pair();
    client.end('four');
    await once(server.resume(), 'end');
    server.end();
    await bothClosed(client, server);
    const rows = await rowsOf(events, listener.port, 2);
    expect(rows.map((row) => row.tcpState)).toEqual(['CLOSED', 'CLOSED']);
    // The kernel counts the FIN as a byte.
    const ofServer = rows.find((row) => row.localPort === listener.port);
    expect(ofServer).toMatchObject({ remoteAddress: '127.0.0.1', tcpInfo: { bytesReceived: 5 } });
    expect(ofServer?.tcpInfo?.lastDataReceived).toBeLessThan(60_000);
  });

  it('tells that messages were lost', async () => {
    await using listener = await Listener.open();
    await using events = openDestroyEvents({ pollInterval: 5, bufferBytes: 2_304 });
    for (let connections = 0; connections < 50; connections += 1) {
      const { client, server } = await listener.pair();
      client.resetAndDestroy();
      await bothClosed(client, server);
    }
    for await (const { lost } of events) {
      if (!lost) continue;
      expect(events.losses).toBe(1);
      return;
    }
    expect.unreachable('the events do not end by themselves');
  });

  it('ends when it is disposed of, and by its signal', async () => {
    const events = openDestroyEvents();
    const next = events[Symbol.asyncIterator]().next();
    await events[Symbol.asyncDispose]();
    await events[Symbol.asyncDispose]();
    expect(await next).toMatchObject({ done: true });

    const stop = new AbortController();
    await using signalled = openDestroyEvents({ signal: stop.signal });
    stop.abort();
    for await (const _ of signalled) if (stop.signal.aborted) continue;
  });
});

describeWith(['setpriv'], 'the destroy multicast without privilege', () => {
  it('gives the same', () => {
    const { stdout, stderr } = spawnSync(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', ...nodeArguments('destroy-child.ts')],
      { encoding: 'utf8', env: { ...process.env, TSX_DISABLE_CACHE: '1' } },
    );
    expect({ stdout, stderr }).toMatchObject({ stdout: 'CLOSED with tcp_info\n' });
  });
});

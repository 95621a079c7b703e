import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { SocketRow } from '@farewell/core';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { openDestroyEvents } from '../../src/kernel-trace/read-destroy-events.ts';
import { monotonicNow } from '../../src/kernel-trace/read-kernel-trace.ts';
import {
  bothClosed,
  closedAt,
  groupOf,
  Listener,
  readRows,
  rowOf,
  traceWhile,
  until,
} from './live.ts';
import { mute, unmute } from './mute.ts';

describeWith(['tracefs'], 'rows of the socket table that confirm traced sockets', () => {
  it('takes an orphaned FIN-WAIT-2 from the row that follows, and sees data reset it', async () => {
    await using listener = await Listener.open();
    let orphans: readonly SocketRow[] = [];
    let orphansAt = 0;
    const { sockets, table } = await traceWhile(listener.port, async (seen) => {
      const { client, server } = await listener.pair();
      server.destroy();
      await once(client.resume(), 'end');
      await seen(closedAt(listener.port));
      await until(() => rowOf(listener.port)?.tcpState === 'FIN-WAIT-2');
      orphans = readRows();
      orphansAt = monotonicNow();
      client.write('data after close');
      await seen((event) => event.kind === 'send-reset' && event.localPort === listener.port);
      client.destroy();
      await bothClosed(client, server);
    });
    expect(groupOf(table.groups, 'server').endings).toMatchObject({ unknown: 1 });
    expect(table.looseResets).toEqual([]);
    expect(groupOf(table.groups, 'server').resets).toEqual([
      { direction: 'sent', reason: 'TCP_TIMEWAIT_SOCKET', count: 1 },
    ]);
    sockets.confirm(orphans, orphansAt);
    const { groups } = sockets.table(monotonicNow());
    expect(groupOf(groups, 'server').endings).toMatchObject({ 'orphan-fin-wait-2': 1 });
    expect(groupOf(groups, 'client').endings).toMatchObject({ 'reset-received': 1 });
  });

  it('counts only what the table of the namespace confirms', async () => {
    await using listener = await Listener.open();
    const { sockets, table } = await traceWhile(
      listener.port,
      async (seen) => {
        const { client, server } = await listener.pair();
        const elsewhere = spawn('unshare', [
          '--net',
          process.execPath,
          '-e',
          elsewhereScript(listener.port),
        ]);
        await once(elsewhere, 'exit');
        server.end();
        client.end();
        await bothClosed(client, server);
        await seen((event) => event.kind === 'destroy' && event.localPort === listener.port);
      },
      { confirmation: 'needed' },
    );
    expect(table.unconfirmed).toBe(4);
    sockets.confirm(readRows(), monotonicNow());
    const confirmed = sockets.table(monotonicNow());
    expect(confirmed.unconfirmed).toBeLessThan(4);
    expect(confirmed.groups.reduce((sum, { endings }) => sum + endings['time-wait'], 0)).toBe(1);
  });

  it('knows a socket that an RST of its own disconnected by its last row', async () => {
    await using listener = await Listener.open();
    await using deaths = openDestroyEvents({ pollInterval: 5 });
    const { sockets, table } = await traceWhile(
      listener.port,
      async (seen) => {
        const { client, server } = await listener.pair();
        server.resetAndDestroy();
        await bothClosed(client, server);
        await seen((event) => event.kind === 'destroy' && event.localPort === listener.port);
      },
      { confirmation: 'needed' },
    );
    expect(table.unconfirmed).toBe(2);
    for await (const { rows, at } of deaths) {
      sockets.confirm(rows, at);
      if (sockets.table(monotonicNow()).unconfirmed === 0) break;
    }
    const { groups } = sockets.table(monotonicNow());
    expect(groupOf(groups, 'server').endings).toMatchObject({ 'reset-sent': 1 });
    expect(groupOf(groups, 'client').endings).toMatchObject({ 'reset-received': 1 });
  });

  it('takes data after close() for an RST of ours, not for one that came', async () => {
    await using listener = await Listener.open();
    const { table } = await traceWhile(listener.port, async (seen) => {
      const { client, server } = await listener.pair();
      mute(client); // it neither sees nor acknowledges the FIN: the server stays in FIN-WAIT-1
      server.destroy();
      client.write('late');
      await seen(closedAt(listener.port));
      unmute(client);
      client.destroy();
    });
    expect(groupOf(table.groups, 'server')).toMatchObject({
      endings: { 'reset-sent': 1, 'reset-received': 0 },
      resets: [{ direction: 'sent', reason: 'TCP_ABORT_ON_DATA', count: 1 }],
    });
  });
});

/** A connection to a listener on the same port, in a network of its own. */
function elsewhereScript(port: number): string {
  return `
    require('child_process').execFileSync('ip', ['link', 'set', 'lo', 'up']);
    const server = require('net').createServer((socket) => socket.end()).listen(${port}, '127.0.0.1', () => {
      require('net').connect(${port}, '127.0.0.1').resume().on('close', () => server.close());
    });`;
}

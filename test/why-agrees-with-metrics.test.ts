/** What a server counts of itself, and what `farewell why` counts in the kernel for the same port. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from '@farewell/client/node';
import { createServer } from '@farewell/server';
import { promMetrics } from '@farewell/server/prom-client';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { describeWith } from './support/requires.ts';

const cli = fileURLToPath(new URL('../packages/cli/bin/farewell.js', import.meta.url));

type States = Readonly<Record<string, { readonly server: number }>>;

async function why(port: number): Promise<States> {
  const args = [cli, 'why', `:${port}`, '--for', '0', '--json'];
  // Its status is that of the verdicts.
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(
    (error: { readonly stdout: string }) => error,
  );
  return JSON.parse(stdout).tcpStates;
}

describeWith(['linux'], 'farewell why and the metrics of the same server', () => {
  test('agree on what is established, and on whose TIME-WAIT it is', async () => {
    await using server = createServer({ port: 0, host: '127.0.0.1', heartbeat: false });
    const register = new Registry();
    const stop = promMetrics(server, { register });
    const { port } = await server.listening;
    const url = `ws://127.0.0.1:${port}`;
    const clients = await Promise.all(Array.from({ length: 30 }, () => connect(url).opened));
    await Promise.all(clients.slice(0, 12).map((client) => client.close()));
    const mute = new WebSocket(url);
    mute.on('error', () => {});
    mute.once('open', () => mute.pause());
    await expect.poll(() => server.connections.size).toBe(19);
    const [last] = [...server.connections].slice(-1);
    // Its Close frame is not answered: CLOSING here, still ESTABLISHED in the kernel.
    void last?.close();
    const text = await register.metrics();
    const valueOf = (series: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1],
      );
    const states = await why(port);
    const open = valueOf('farewell_connections{ready_state="OPEN"}');
    const closing = valueOf('farewell_connections{ready_state="CLOSING"}');
    expect([open, closing]).toEqual([18, 1]);
    expect(states['ESTABLISHED']?.server).toBe(open + closing);
    expect(valueOf('farewell_time_wait_total{side="server",held="yes"}')).toBe(12);
    expect(states['TIME-WAIT']?.server).toBe(12);
    mute.terminate();
    stop();
  });
});

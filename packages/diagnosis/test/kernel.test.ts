import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';

/**
 * What the rules take from a row, shown on this machine's kernel: the receive queue of CLOSE-WAIT, what
 * tells an orphan from a held FIN-WAIT-2, and that the last ACK is no older than the state.
 */
describeWith(['linux', 'ss'], 'what a row of the socket table means', () => {
  const disposers: (() => void)[] = [];
  afterEach(() => {
    for (const dispose of disposers.splice(0)) dispose();
  });

  /** A connection over loopback whose server end stays open after the client's FIN. */
  async function connection(): Promise<{ client: Socket; server: Socket; port: number }> {
    const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0);
    disposers.push(() => listener.close());
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const accepted = once(listener, 'connection');
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const [server] = (await accepted) as [Socket];
    disposers.push(() => {
      client.destroy();
      server.destroy();
    });
    return { client, server, port };
  }

  test('CLOSE-WAIT counts the FIN as one byte until the application has read the end', async () => {
    const { client, server, port } = await connection();
    client.end();
    await vi.waitFor(() => expect(receiveQueue(line('close-wait', 'sport', port))).toBe('1'));
    server.resume();
    await once(server, 'end');
    expect(receiveQueue(line('close-wait', 'sport', port))).toBe('0');
  });

  test('data that was not read counts as well', async () => {
    const { client, port } = await connection();
    client.end('hello');
    await vi.waitFor(() => expect(receiveQueue(line('close-wait', 'sport', port))).toBe('6'));
  });

  test('FIN-WAIT-2 that is held has an inode and no timer; an orphan has a timer and no inode', async () => {
    const { client, port } = await connection();
    client.end();
    await vi.waitFor(() => expect(line('fin-wait-2', 'dport', port)).toMatch(/ino:[1-9]/));
    expect(line('fin-wait-2', 'dport', port)).not.toContain('timer:');
    client.destroy();
    await vi.waitFor(() => expect(line('fin-wait-2', 'dport', port)).toContain('timer:(timewait,'));
    expect(line('fin-wait-2', 'dport', port)).not.toMatch(/ino:[1-9]/);
  });

  test('the last ACK of a CLOSE-WAIT is no older than its FIN', async () => {
    const { client, port } = await connection();
    const before = Date.now();
    client.end();
    const lastAck = await vi.waitFor(() => {
      const found = /lastack:(\d+)/.exec(line('close-wait', 'sport', port))?.[1];
      expect(Number(found)).toBeGreaterThanOrEqual(20);
      return Number(found);
    });
    // The kernel counts in ticks of up to 10 ms.
    expect(lastAck).toBeLessThanOrEqual(Date.now() - before + 10);
  });
});

/** The line of `ss` for the one socket in this state at this end of the connection. */
function line(tcpState: string, end: 'sport' | 'dport', port: number): string {
  const args = ['-Htanoie', 'state', tcpState, `( ${end} = :${port} )`];
  return spawnSync('ss', args, { encoding: 'utf8' }).stdout;
}

/** The first column, `Recv-Q`. */
function receiveQueue(of: string): string | undefined {
  return of.trim().split(/\s+/)[0];
}

import { connect } from '@farewell/client/node';
import type { ConnectionOptions, Ending, ManagedConnection } from '@farewell/connection';
import type { Role } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import { createServer } from '@farewell/server';
import { expect, test } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';

const host = '127.0.0.1';
const reset = { afterHandshake: 'reset' } as const;
type Pair = Readonly<Record<Role, ManagedConnection>>;

interface Pairs extends AsyncDisposable {
  readonly port: number;
  readonly clientPorts: ReadonlySet<number>;
  readonly open: readonly Pair[];
}

/** Opens so many connections between ours and ours, and gives both ends of each. */
async function pairs(
  count: number,
  options: Readonly<Record<Role, ConnectionOptions>>,
): Promise<Pairs> {
  const server = createServer({ port: 0, host, heartbeat: false, ...options.server });
  const ends = new Map<number, ManagedConnection>();
  server.on('connection', (connection) => ends.set(connection.remotePort ?? 0, connection));
  const { port } = await server.listening;
  const url = `ws://${host}:${port}`;
  const open = Array.from({ length: count }, async () => {
    const client = await connect(url, { heartbeat: false, ...options.client }).opened;
    const other = ends.get(client.localPort ?? 0);
    if (!other) throw new Error('the server has no such connection');
    return { client, server: other };
  });
  return {
    port,
    open: await Promise.all(open),
    clientPorts: new Set(ends.keys()),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** How many TIME-WAITs the kernel holds for them, at either end. Those of others that had the server's port are none. */
function timeWaits({ port, clientPorts }: Pairs): number {
  using namespace = openNamespace({ kind: 'own' });
  const { rows } = namespace.readTable({ tcpInfo: false });
  const isOurs = ([one, other]: readonly [number, number]): boolean =>
    one === port && clientPorts.has(other);
  return rows.filter(
    ({ localPort, remotePort, tcpState }) =>
      tcpState === 'TIME-WAIT' &&
      (isOurs([localPort, remotePort]) || isOurs([remotePort, localPort])),
  ).length;
}

const endings = ({ client, server }: Pair): Promise<[Ending, Ending]> =>
  Promise.all([client.closed, server.closed]);

describeWith(['linux'], 'between ends that agreed to reset after the handshake', () => {
  for (const firstFin of ['server', 'client'] as const) {
    for (const initiator of ['server', 'client'] as const) {
      test(`nobody holds TIME-WAIT (Close by the ${initiator}, first FIN by the ${firstFin})`, async () => {
        const options = { ...reset, firstFin };
        await using some = await pairs(40, { client: options, server: options });
        for (const pair of some.open) void pair[initiator].close(4001, 'bye');
        for (const [client, server] of await Promise.all(some.open.map(endings))) {
          for (const ending of [client, server]) {
            expect(ending).toMatchObject({ code: 4001, reason: 'bye', wasClean: true });
            expect(ending.cause).toBe('closing-handshake');
          }
          const [own, other] = initiator === 'client' ? [client, server] : [server, client];
          expect(own.tcp).toMatchObject({ timeWait: 'none', ended: { [initiator]: 'rst' } });
          // An end that had sent FIN cannot swear to what the other's kernel made of it.
          expect(['none', 'unknown']).toContain(other.tcp.timeWait);
        }
        expect(timeWaits(some)).toBe(0);
      });
    }
  }

  test('Close frames that cross under load are not taken for replies, and no message is lost', async () => {
    const count = 300;
    await using some = await pairs(count, { client: reset, server: reset });
    const messages = Array.from({ length: 20 }, (_, index) => `${index}:${'x'.repeat(3_000)}`);
    const got = some.open.map(({ client, server }) => ({
      client: heard(client),
      server: heard(server),
    }));
    const sent = await Promise.all(
      some.open.map(async ({ client, server }, index) => {
        const byClient = sendAndClose(client, messages);
        // Three in four servers begin a moment later, when the other's Close frame may be there.
        for (let turn = 0; turn < index % 4; turn++) await new Promise(setImmediate);
        return { server: byClient, client: sendAndClose(server, messages) };
      }),
    );
    const all = await Promise.all(some.open.map(endings));
    expect(got).toEqual(sent);
    const crossed = all.filter(([client, server]) => {
      expect([client.wasClean, server.wasClean]).toEqual([true, true]);
      return client.order === 'sent-first' && server.order === 'sent-first';
    });
    for (const [client, server] of crossed)
      expect([client.tcp.ended.client, server.tcp.ended.server]).toEqual(['fin', 'fin']);
    expect(crossed.length).toBeGreaterThan(count / 10);
  });

  test('a reason that leaves no room for the word ends by FIN, and arrives whole', async () => {
    const reason = 'r'.repeat(120);
    await using some = await pairs(1, { client: reset, server: reset });
    const [pair] = some.open;
    if (!pair) throw new Error('no connection');
    void pair.client.close(4000, reason);
    const [client, server] = await endings(pair);
    expect([client.reason, server.reason]).toEqual([reason, reason]);
    expect(client.tcp.ended.client).toBe('fin');
    expect(timeWaits(some)).toBe(1);
  });
});

describeWith(['linux'], 'where only one end wants a reset', () => {
  for (const wants of ['client', 'server'] as const) {
    test(`the ${wants}: it ends by FIN, whoever closes`, async () => {
      const options = { client: {}, server: {}, [wants]: reset };
      await using some = await pairs(2, options);
      const [first, second] = some.open;
      void first?.client.close(4000, 'bye');
      void second?.server.close(4000, 'bye');
      for (const [client, server] of await Promise.all(some.open.map(endings))) {
        expect([client.reason, server.reason]).toEqual(['bye', 'bye']);
        expect([client.tcp.ended.client, server.tcp.ended.server]).toEqual(['fin', 'fin']);
      }
      expect(timeWaits(some)).toBe(2);
    });
  }
});

function heard(connection: ManagedConnection): unknown[] {
  const messages: unknown[] = [];
  connection.on('message', (message) => messages.push(message));
  return messages;
}

/** Gives what it sent. */
function sendAndClose(
  connection: ManagedConnection,
  messages: readonly string[],
): readonly string[] {
  if (connection.readyState !== 'OPEN') return [];
  for (const message of messages) void connection.send(message);
  void connection.close(4002, 'done');
  return messages;
}

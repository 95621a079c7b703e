import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openNamespace } from '@farewell/evidence';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { describeWith } from '../../../../test/support/requires.ts';
import { wsClient } from '../../src/peers/ws-client.ts';

const client = wsClient({ name: 'chat-client', is: 'a ws client', fin: 'at-once' });

describeWith(['linux', 'root'], 'a client that vanishes', () => {
  it('owes its peer nothing, however many pings it had to answer', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.on('connection', (webSocket) => {
      const pings = setInterval(() => webSocket.ping(), 1);
      webSocket.on('close', () => clearInterval(pings));
    });
    const ports: number[] = [];
    const commands = await client.start({
      serverPort: port,
      frontPort: port,
      listening: () => {},
      connected: (clientPort) => ports.push(clientPort),
      note: () => {},
    });
    for (let opened = 0; opened < 5; opened += 1) await commands.open();
    await commands.vanish();
    using namespace = openNamespace({ kind: 'own' });
    const { rows } = namespace.readTable();
    const owed = rows.filter((row) => ports.includes(row.localPort) && row.remotePort === port);
    for (const webSocket of server.clients) webSocket.terminate();
    server.close();
    expect(owed.map(({ sendQueue }) => sendQueue)).toEqual([0, 0, 0, 0, 0]);
  });
});

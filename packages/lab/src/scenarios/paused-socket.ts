import { managedServer } from '../peers/managed-server.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

const client = wsClient({
  name: 'chat-client',
  is: 'a ws client that waits 200 ms for the answer to its Close, then destroys its socket',
  fin: 'at-once',
  closeTimeout: 200,
});

export const pausedSocket = scenario({
  name: 'paused-socket',
  title: 'The socket is paused when Close and FIN arrive',
  about:
    'A server that has paused a connection (back-pressure) sees neither Close nor FIN. ws goes on saying OPEN, the kernel says CLOSE-WAIT, and no timer of either ends it.',
  needs: [],
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that has called pause() and does not get to resume()',
      fin: 'at-once',
    }),
  },
  async when({ client, server, until, expect }) {
    await client.open();
    await server.pause();
    await client.close(1000);
    await until('the server has the FIN', (ends) =>
      ends.server.every(({ tcpState }) => tcpState === 'CLOSE-WAIT'),
    );
    const open = await server.open();
    expect("the server's readyState to be OPEN still", () => open === 1);
  },
  then: {
    client: 'FIN-WAIT-2',
    server: 'CLOSE-WAIT',
    verdicts: ['close-wait-leak', 'fin-wait-2-orphan'],
  },
  managed: managed({
    at: 'server',
    given: {
      client,
      server: managedServer({
        name: 'chat-server',
        is: 'a farewell server that has called pause() and does not get to resume(); pausedTimeout is 500 ms',
        pausedTimeout: 500,
      }),
    },
    async when({ client, server }) {
      await client.open();
      await server.pause();
      await client.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['CLOSED'] },
  }),
});

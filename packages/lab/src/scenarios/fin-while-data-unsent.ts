import { managedServer } from '../peers/managed-server.ts';
import { rawClient } from '../peers/raw-peers.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

/** More than both kernels take, so that a part of it stays in the server's process. */
const messageBytes = 16 * 2 ** 20;

const client = rawClient({
  name: 'chat-client',
  is: 'a client that stops reading, and later sends FIN without Close',
  moves: { 'stops reading': [{ do: 'stop-reading' }], 'ends its side': [{ do: 'fin' }] },
});

export const finWhileDataUnsent = scenario({
  name: 'fin-while-data-unsent',
  title: 'The client sends FIN while our data is unsent',
  about:
    'The client ends its side without a Close frame and reads no more; the server still has data for it. ws waits for that data to be sent, without any deadline: CLOSE-WAIT for ever, and a later close() changes nothing.',
  needs: [],
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server in the middle of a large message, which is then told to close',
      fin: 'at-once',
      closeTimeout: 200,
    }),
  },
  async when({ client, server, until }) {
    await client.open();
    await client.perform('stops reading');
    await server.send(messageBytes);
    await until("the client's window is closed", (ends) =>
      ends.server.every(({ timer }) => timer?.kind === 'probe'),
    );
    await client.perform('ends its side');
    await until('the server has the FIN', (ends) =>
      ends.server.every(({ tcpState }) => tcpState === 'CLOSE-WAIT'),
    );
    await server.close(1000);
  },
  then: {
    client: 'FIN-WAIT-2',
    server: 'CLOSE-WAIT',
    verdicts: ['close-wait-leak', 'fin-wait-2-held'],
  },
  managed: managed({
    at: 'server',
    given: {
      client,
      server: managedServer({
        name: 'chat-server',
        is: 'a farewell server in the middle of a large message, which is then told to close; flushTimeout is 500 ms',
        flushTimeout: 500,
      }),
    },
    async when({ client, server, until }) {
      await client.open();
      await client.perform('stops reading');
      await server.send(messageBytes);
      await until("the client's window is closed", (ends) =>
        ends.server.every(({ timer }) => timer?.kind === 'probe'),
      );
      await client.perform('ends its side');
      await server.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['CLOSED'] },
  }),
});

import { managedServer } from '../peers/managed-server.ts';
import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { managed, scenario } from '../scenario.ts';

const message = { do: 'frame', frame: { opcode: 0x2, payload: new Uint8Array(1000) } } as const;

const client = rawClient({ name: 'chat-client', is: 'a client that closes its socket' });

export const dataAfterClose = scenario({
  name: 'data-after-close',
  title: 'Data that arrives after close() is answered with RST',
  about:
    "The client has closed its socket and nobody can read any more. The server, which has not closed yet, sends a message: the client's kernel resets the connection.",
  needs: [],
  given: {
    client,
    server: rawServer({
      name: 'chat-server',
      is: "a server that takes no notice of the client's FIN and sends on",
      moves: { 'sends a message': [message] },
    }),
  },
  async when({ client, server, until }) {
    await client.open();
    await client.terminate();
    await until('the server has the FIN', (ends) =>
      ends.server.every(({ tcpState }) => tcpState === 'CLOSE-WAIT'),
    );
    await server.perform('sends a message');
  },
  then: {
    client: 'CLOSED',
    server: 'CLOSED',
    verdicts: [],
    traced: ['reset-by-peer', 'reset-data-after-close'],
  },
  managed: managed({
    at: 'server',
    given: {
      client,
      server: managedServer({
        name: 'chat-server',
        is: "a farewell server: the client's FIN ends the connection, and nothing more can be sent",
      }),
    },
    async when({ client, server, until }) {
      await client.open();
      await client.terminate();
      await until('the server has ended its side', (ends) => ends.server.length === 0);
      await server.send(1000);
    },
    leaves: { client: ['TIME-WAIT'], server: ['CLOSED'] },
  }),
});

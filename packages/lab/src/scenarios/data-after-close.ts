import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { scenario } from '../scenario.ts';

const message = { do: 'frame', frame: { opcode: 0x2, payload: new Uint8Array(1000) } } as const;

export const dataAfterClose = scenario({
  name: 'data-after-close',
  title: 'Data that arrives after close() is answered with RST',
  about:
    "The client has closed its socket and nobody can read any more. The server, which has not closed yet, sends a message: the client's kernel resets the connection.",
  needs: [],
  given: {
    client: rawClient({ name: 'chat-client', is: 'a client that closes its socket' }),
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
});

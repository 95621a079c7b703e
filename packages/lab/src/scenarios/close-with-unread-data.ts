import { wellBehaved } from '@farewell/probe';
import { managedServer } from '../peers/managed-server.ts';
import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { managed, scenario } from '../scenario.ts';

/** More than Node reads ahead on a socket that is paused (64 KiB). */
const payload = new Uint8Array(2 ** 20);
const message = { do: 'frame', frame: { opcode: 0x2, payload } } as const;

const client = rawClient({
  name: 'chat-client',
  is: 'a client that sends one more message, a large one',
  reflexes: wellBehaved,
  moves: { 'sends a message': [message] },
});

export const closeWithUnreadData = scenario({
  name: 'close-with-unread-data',
  title: 'close() with unread data sends RST',
  about:
    'The server closes while a message of the client waits unread in its kernel. The kernel then sends RST instead of FIN: no TIME-WAIT anywhere, and what the client had not read is lost with it.',
  needs: [],
  given: {
    client,
    server: rawServer({
      name: 'chat-server',
      is: 'a server that has stopped reading, and closes its socket',
      moves: { 'stops reading': [{ do: 'stop-reading' }] },
    }),
  },
  async when({ client, server, until }) {
    await client.open();
    await server.perform('stops reading');
    await client.perform('sends a message');
    await until("the message is in the server's receive queue", (ends) =>
      ends.server.every(({ receiveQueue }) => (receiveQueue ?? 0) > 0),
    );
    await server.terminate();
  },
  then: {
    client: 'CLOSED',
    server: 'CLOSED',
    verdicts: [],
    traced: ['reset-by-peer', 'reset-with-unread-data'],
  },
  managed: managed({
    at: 'server',
    given: {
      client,
      server: managedServer({
        name: 'chat-server',
        is: 'a farewell server that has stopped reading, and closes: it reads again until the closing is over',
      }),
    },
    async when({ client, server, until }) {
      await client.open();
      await server.pause();
      await client.perform('sends a message');
      await until("the message is in the server's receive queue", (ends) =>
        ends.server.every(({ receiveQueue }) => (receiveQueue ?? 0) > 0),
      );
      await server.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['TIME-WAIT'] },
  }),
});

import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { scenario } from '../scenario.ts';

/** More than Node reads ahead on a socket that is paused (64 KiB). */
const payload = new Uint8Array(2 ** 20);
const message = { do: 'frame', frame: { opcode: 0x2, payload } } as const;

export const closeWithUnreadData = scenario({
  name: 'close-with-unread-data',
  title: 'close() with unread data sends RST',
  about:
    'The server closes while a message of the client waits unread in its kernel. The kernel then sends RST instead of FIN: no TIME-WAIT anywhere, and what the client had not read is lost with it.',
  needs: [],
  given: {
    client: rawClient({
      name: 'chat-client',
      is: 'a client that sends one more message, a large one',
      moves: { 'sends a message': [message] },
    }),
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
});

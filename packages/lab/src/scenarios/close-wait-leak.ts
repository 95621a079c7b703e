import { managedServer } from '../peers/managed-server.ts';
import { sessionServer } from '../peers/session-server.ts';
import { wsClient } from '../peers/ws-client.ts';
import { managed, scenario } from '../scenario.ts';

const client = wsClient({
  name: 'chat-client',
  is: 'a ws client that waits 200 ms for the answer to its Close, then destroys its socket',
  fin: 'at-once',
  closeTimeout: 200,
});

export const closeWaitLeak = scenario({
  name: 'close-wait-leak',
  title: 'A handler throws in its close procedure',
  about:
    "The server's close procedure throws before it ends the connection: the client gives up, the server's socket stays in CLOSE-WAIT until the process ends.",
  needs: [],
  given: {
    client,
    server: sessionServer({
      name: 'chat-server',
      is: 'a server whose close procedure first leaves the chat room, and throws there',
      closeProcedure(session) {
        leaveRoom();
        session.sendClose(1000);
        session.end();
      },
    }),
  },
  async when({ client }) {
    await client.open();
    await client.open();
    await client.open();
    await client.close(1000);
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
        is: 'a farewell server, whose application leaves the chat room when a connection has ended, and throws there',
        onConnection: (connection) => connection.defer(leaveRoom),
      }),
    },
    async when({ client }) {
      await client.open();
      await client.open();
      await client.open();
      await client.close(1000);
    },
  }),
});

function leaveRoom(): void {
  throw new Error('this session is in no room');
}

import { managedServer } from '../peers/managed-server.ts';
import { sessionServer } from '../peers/session-server.ts';
import { wsClient } from '../peers/ws-client.ts';
import { managed, scenario } from '../scenario.ts';
import { longestTimer } from './longest-timer.ts';

const client = wsClient({
  name: 'chat-client',
  is: 'a ws client that answers the Close frame but never ends its side of TCP',
  fin: 'never',
  closeTimeout: longestTimer,
});

export const finWait2Held = scenario({
  name: 'fin-wait-2-held',
  title: "The peer's application never closes its side",
  about:
    "The server's FIN is acknowledged, the client's own never comes, and the server waits for it without a deadline: no kernel timer ends a FIN-WAIT-2 that a process still owns.",
  needs: [],
  given: {
    client,
    server: sessionServer({
      name: 'chat-server',
      is: "a server that answers Close, sends FIN, and waits for the client's FIN without a deadline",
      closeProcedure(session) {
        session.sendClose(1000);
        session.end();
      },
    }),
  },
  async when({ client }) {
    await client.open();
    await client.close(1000);
  },
  then: {
    client: 'CLOSE-WAIT',
    server: 'FIN-WAIT-2',
    verdicts: ['fin-wait-2-held', 'close-wait-leak'],
  },
  managed: managed({
    at: 'server',
    given: {
      client,
      server: managedServer({
        name: 'chat-server',
        is: "a farewell server; finTimeout, which waits for the client's FIN, is 500 ms",
        finTimeout: 500,
      }),
    },
    async when({ client }) {
      await client.open();
      await client.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['CLOSED'] },
  }),
});

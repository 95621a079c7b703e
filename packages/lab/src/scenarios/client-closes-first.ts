import { managedClient } from '../peers/managed-client.ts';
import { managedServer } from '../peers/managed-server.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

export const clientClosesFirst = scenario({
  name: 'client-closes-first',
  title: 'The client sends the first FIN',
  about:
    'The client does not wait for the server to close TCP, so TIME-WAIT is with the client for 60 s.',
  needs: [],
  given: {
    client: wsClient({
      name: 'chat-client',
      is: 'a ws client that sends FIN as soon as both Close frames have passed',
      fin: 'at-once',
    }),
    server: wsServer({
      name: 'chat-server',
      is: "a ws server that holds its FIN back until the client's has come",
      fin: 'after-peer',
    }),
  },
  async when({ client }) {
    await client.open();
    await client.close(1000);
  },
  then: { client: 'TIME-WAIT', server: 'CLOSED', verdicts: ['time-wait-on-client'] },
  managed: managed({
    at: 'both',
    given: {
      client: managedClient({
        name: 'chat-client',
        is: 'a farewell client, which leaves the first FIN to the server',
      }),
      server: managedServer({
        name: 'chat-server',
        is: 'a farewell server, which sends FIN as soon as both Close frames have passed',
      }),
    },
    async when({ client }) {
      await client.open();
      await client.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['TIME-WAIT'] },
  }),
});

import { firstFinByServer } from '../peers/managed-peers.ts';
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
    given: firstFinByServer,
    async when({ client }) {
      await client.open();
      await client.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['TIME-WAIT'] },
  }),
});

import { firstFinByServer } from '../peers/managed-peers.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

export const serverSendsClose = scenario({
  name: 'server-sends-close',
  title: 'The server sends the first Close, the client the first FIN',
  about:
    'Who sends the first Close frame does not decide who holds TIME-WAIT: ws answers a Close and sends FIN at once, so a server that begins the closing leaves TIME-WAIT with its clients.',
  needs: [],
  given: {
    client: wsClient({
      name: 'chat-client',
      is: 'a ws client as it is: it answers the Close frame and sends FIN right behind its answer',
      fin: 'at-once',
    }),
    server: wsServer({
      name: 'chat-server',
      is: "a ws server that begins the closing, and sends FIN when the client's has come",
      fin: 'after-peer',
    }),
  },
  async when({ client, server }) {
    await client.open();
    await server.close(1001);
  },
  then: { client: 'TIME-WAIT', server: 'CLOSED', verdicts: ['time-wait-on-client'] },
  managed: managed({
    at: 'both',
    given: firstFinByServer,
    async when({ client, server }) {
      await client.open();
      await server.close(1001);
    },
    leaves: { client: ['CLOSED'], server: ['TIME-WAIT'] },
  }),
});

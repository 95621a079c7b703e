import { serverWithShortClosing } from '../peers/managed-peers.ts';
import { rawClient } from '../peers/raw-peers.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

const client = rawClient({
  name: 'chat-client',
  is: 'a client that answers neither Close nor FIN, and goes on living',
});

export const finWait2Orphan = scenario({
  name: 'fin-wait-2-orphan',
  title: 'The server gives up waiting and leaves an orphan',
  about:
    "The server's deadline for the closing expires and ws destroys the socket, which sends FIN and not RST: an orphaned FIN-WAIT-2 waits for the client's FIN until tcp_fin_timeout (60 s) ends it.",
  needs: [],
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that gives the closing 200 ms (the default of ws is 30 s)',
      fin: 'at-once',
      closeTimeout: 200,
    }),
  },
  async when({ client, server }) {
    await client.open();
    await server.close(1000);
  },
  then: {
    client: 'CLOSE-WAIT',
    server: 'FIN-WAIT-2',
    verdicts: ['fin-wait-2-orphan', 'close-wait-leak'],
  },
  managed: managed({
    at: 'server',
    given: { client, server: serverWithShortClosing },
    async when({ client, server }) {
      await client.open();
      await server.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['CLOSED'] },
  }),
});

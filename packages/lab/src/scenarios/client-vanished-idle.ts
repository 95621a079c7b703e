import { serverThatMissesClients } from '../peers/managed-peers.ts';
import { rawClient } from '../peers/raw-peers.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

/** What `half-open-suspect` takes for idle, ms: the shortest usual cut of a proxy. */
const idle = 60_000;

const client = rawClient({
  name: 'chat-client',
  is: 'a client whose sockets are gone from one moment to the next, without a segment',
});

export const clientVanishedIdle = scenario({
  name: 'client-vanished-idle',
  title: 'The client loses its power while nobody sends',
  about:
    'Nothing is in flight, so nothing is missed: without heartbeat or keep-alive the server holds an ESTABLISHED connection to nobody for ever.',
  needs: ['namespace'],
  pace: 'slow',
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server without heartbeat',
      fin: 'at-once',
    }),
  },
  async when({ client, until }) {
    await client.open();
    await client.disappear();
    const gone = performance.now();
    await until(
      `the connection has been idle for ${idle / 1000} s`,
      () => performance.now() - gone > idle,
      { within: 2 * idle },
    );
  },
  then: { client: 'CLOSED', server: 'ESTABLISHED', verdicts: ['half-open-suspect'] },
  managed: managed({
    at: 'server',
    given: { client, server: serverThatMissesClients },
    async when({ client }) {
      await client.open();
      await client.disappear();
    },
    leaves: { client: ['CLOSED'], server: ['CLOSED'] },
  }),
});

import { wellBehaved } from '@farewell/probe';
import { managedServer } from '../peers/managed-server.ts';
import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { managed, scenario } from '../scenario.ts';

const client = rawClient({
  name: 'chat-client',
  is: 'a client that listens, and answers what has to be answered',
  reflexes: wellBehaved,
});

export const lingerZeroReset = scenario({
  name: 'linger-zero-reset',
  title: 'Closing with linger 0 sends RST',
  about:
    'To get rid of TIME-WAIT, the server closes with SO_LINGER 0 (resetAndDestroy() in Node). There is none now, at either end; but the client gets an error instead of an end, and what was under way is lost.',
  needs: [],
  given: {
    client,
    server: rawServer({
      name: 'chat-server',
      is: 'a server that resets the connection',
      moves: { 'resets it': [{ do: 'reset' }] },
    }),
  },
  async when({ client, server }) {
    await client.open();
    await server.perform('resets it');
  },
  then: {
    client: 'CLOSED',
    server: 'CLOSED',
    verdicts: [],
    traced: ['reset-by-peer', 'reset-by-us'],
  },
  managed: managed({
    at: 'server',
    given: {
      client,
      server: managedServer({
        name: 'chat-server',
        is: 'a farewell server that closes',
      }),
    },
    async when({ client, server }) {
      await client.open();
      await server.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['TIME-WAIT'] },
  }),
});

import { firstFinByServer } from '../peers/managed-peers.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';
import { tenPorts } from './ten-ports.ts';

export const portsExhausted = scenario({
  name: 'ports-exhausted',
  title: 'TIME-WAIT on the client uses up its ports',
  about:
    'Each connection that the client closes first keeps its port for 60 s: with a range of 10 ports, the 11th connection to the same destination fails.',
  needs: ['namespace'],
  given: {
    client: wsClient({
      name: 'poller',
      is: 'a ws client with 10 ports that opens and closes 14 connections, sending FIN first',
      fin: 'at-once',
    }),
    server: wsServer({
      name: 'chat-server',
      is: "a ws server that holds its FIN back until the client's has come",
      fin: 'after-peer',
    }),
    settings: tenPorts,
  },
  async when({ client, expect }) {
    const { opened, refused } = await client.load(14);
    expect('the 11th connection to be refused with EADDRNOTAVAIL', () => {
      return opened === 10 && refused === 'EADDRNOTAVAIL';
    });
  },
  then: {
    client: 'TIME-WAIT',
    server: 'CLOSED',
    verdicts: ['port-exhaustion', 'time-wait-on-client'],
    perhaps: ['short-lived-connections'],
  },
  managed: managed({
    at: 'both',
    given: {
      client: { ...firstFinByServer.client, name: 'poller' },
      server: firstFinByServer.server,
      settings: tenPorts,
    },
    async when({ client, expect }) {
      const { opened } = await client.load(14);
      expect('14 connections to be opened', () => opened === 14);
    },
    leaves: { client: ['CLOSED'], server: ['TIME-WAIT'] },
  }),
});

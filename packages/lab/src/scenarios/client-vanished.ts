import { serverThatMissesClients } from '../peers/managed-peers.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

const unansweredTries = 3; // with Linux's smallest RTO of 200 ms: after about 1.4 s

const client = wsClient({
  name: 'chat-client',
  is: 'a ws client whose kernel, once the network is cut, drops every segment that comes in',
  fin: 'at-once',
});

export const clientVanished = scenario({
  name: 'client-vanished',
  title: 'The client vanishes with data in flight',
  about:
    "The client's network is cut, so nobody acknowledges what the server sends: its kernel retransmits for 15 minutes or more, and readyState stays OPEN all that time.",
  needs: ['namespace'],
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server without heartbeat',
      fin: 'at-once',
    }),
  },
  async when({ client, server, until }) {
    await client.open();
    await client.vanish();
    await server.send(1000);
    await until(`the server's kernel has retransmitted ${unansweredTries} times`, (ends) =>
      ends.server.every((row) => (row.timer?.tries ?? 0) >= unansweredTries),
    );
  },
  then: { client: 'ESTABLISHED', server: 'ESTABLISHED', verdicts: ['half-open-peer-gone'] },
  managed: managed({
    at: 'server',
    given: { client, server: serverThatMissesClients },
    async when({ client, server }) {
      await client.open();
      await client.vanish();
      await server.send(1000);
    },
    leaves: { client: ['ESTABLISHED'], server: ['CLOSED'] },
  }),
});

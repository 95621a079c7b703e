import { serverThatMissesClients } from '../peers/managed-peers.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

/** A risk of `fin-unanswered` begins with the second. */
const unansweredTries = 3; // with Linux's smallest RTO of 200 ms: after about 1.4 s

const client = wsClient({
  name: 'chat-client',
  is: 'a ws client whose kernel, once the network is cut, drops every segment that comes in',
  fin: 'at-once',
});

export const clientVanishedBeforeFin = scenario({
  name: 'client-vanished-before-fin',
  title: 'The client vanishes before the FIN',
  about:
    "Nobody acknowledges the server's FIN: its kernel retransmits from FIN-WAIT-1, about 108 s for a socket that no process holds. It is not TIME-WAIT, and there will be none.",
  needs: ['namespace'],
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that gives up on the client and terminates the connection',
      fin: 'at-once',
    }),
  },
  async when({ client, server, until }) {
    await client.open();
    await client.vanish();
    await server.terminate();
    await until(`the server's kernel has sent the FIN ${unansweredTries} times more`, (ends) =>
      ends.server.every((row) => (row.timer?.tries ?? 0) >= unansweredTries),
    );
  },
  then: { client: 'ESTABLISHED', server: 'FIN-WAIT-1', verdicts: ['fin-unanswered'] },
  managed: managed({
    at: 'server',
    given: { client, server: serverThatMissesClients },
    async when({ client }) {
      await client.open();
      await client.vanish();
    },
    leaves: { client: ['ESTABLISHED'], server: ['CLOSED'] },
  }),
});

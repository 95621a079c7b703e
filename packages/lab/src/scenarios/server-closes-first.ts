import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { scenario } from '../scenario.ts';

export const serverClosesFirst = scenario({
  name: 'server-closes-first',
  title: 'The server sends the first FIN',
  about:
    'As RFC 6455 §7.1.1 wants it: TIME-WAIT is with the server, where it takes no port and no descriptor.',
  needs: [],
  given: {
    client: wsClient({
      name: 'chat-client',
      is: "a ws client that holds its FIN back until the server's has come",
      fin: 'after-peer',
    }),
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that sends FIN as soon as both Close frames have passed',
      fin: 'at-once',
    }),
  },
  async when({ client }) {
    await client.open();
    await client.close(1000);
  },
  then: { client: 'CLOSED', server: 'TIME-WAIT', verdicts: ['time-wait-on-server'] },
  managed: { none: 'Nothing is wrong here: farewell does the same by itself.' },
});

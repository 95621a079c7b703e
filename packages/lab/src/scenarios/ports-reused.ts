import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { scenario } from '../scenario.ts';
import { tenPorts } from './ten-ports.ts';

export const portsReused = scenario({
  name: 'ports-reused',
  title: 'The same load, with the server sending FIN first',
  about:
    "TIME-WAIT is with the server, so the client's ports are free at once: 14 connections over 10 ports, none refused.",
  needs: ['namespace'],
  given: {
    client: wsClient({
      name: 'poller',
      is: "a ws client with 10 ports that opens and closes 14 connections, waiting for the server's FIN",
      fin: 'after-peer',
    }),
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that sends FIN as soon as both Close frames have passed',
      fin: 'at-once',
    }),
    settings: tenPorts,
  },
  async when({ client, expect }) {
    const { opened } = await client.load(14);
    expect('14 connections to be opened', () => opened === 14);
  },
  then: {
    client: 'CLOSED',
    server: 'TIME-WAIT',
    verdicts: ['time-wait-on-server'],
    perhaps: ['short-lived-connections'],
  },
  managed: { none: 'Nothing is wrong here: farewell does the same by itself.' },
});

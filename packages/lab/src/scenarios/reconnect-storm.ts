import { managedClient } from '../peers/managed-client.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

/** Long enough to be no burst, ms. */
const duration = 4000;
const connections = 5;
/** What the client waits before it tries again, ms: kind would be a second, doubled each time. */
const backoff = 10;

const server = wsServer({
  name: 'chat-server',
  is: 'a ws server without room, which closes each connection as soon as it is open',
  fin: 'at-once',
  refuseWith: 1013,
});

export const reconnectStorm = scenario({
  name: 'reconnect-storm',
  title: 'A client that reconnects without patience',
  about:
    'The server sends every client away with 1013 (try again later), and the client comes back at once. Each connection lives for some milliseconds and leaves a TIME-WAIT; to the socket table that is a busy server.',
  needs: ['namespace'],
  given: {
    client: wsClient({
      name: 'chat-client',
      is: `${connections} connections of a ws client that comes back 10 ms after it was sent away`,
      fin: 'after-peer',
    }),
    server,
  },
  async when({ client, until }) {
    await Promise.all(
      Array.from({ length: connections }, () => client.reconnect(duration, backoff)),
    );
    await until('the last connection has ended', (ends) => ends.client.length === 0);
  },
  then: {
    client: 'CLOSED',
    server: 'TIME-WAIT',
    verdicts: ['time-wait-on-server'],
    traced: ['time-wait-on-server', 'reconnect-storm'],
  },
  managed: managed({
    at: 'client',
    given: {
      client: managedClient({
        name: 'chat-client',
        is: `${connections} reconnecting connections of a farewell client, which waits a random time, longer after each failure`,
      }),
      server,
    },
    async when({ client, until }) {
      await Promise.all(Array.from({ length: connections }, () => client.stayConnected(duration)));
      await until('the last connection has ended', (ends) => ends.client.length === 0);
    },
    leaves: { client: ['CLOSED'] },
  }),
});

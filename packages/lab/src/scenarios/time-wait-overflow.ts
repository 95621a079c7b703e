import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { scenario } from '../scenario.ts';

const buckets = 5;
const connections = 14;

export const timeWaitOverflow = scenario({
  name: 'time-wait-overflow',
  title: 'There is no room for another TIME-WAIT',
  about: `The kernel keeps at most tcp_max_tw_buckets TIME-WAITs, here ${buckets}. Of ${connections} connections that the server closes first, the others vanish without one; only a counter says so.`,
  needs: ['namespace'],
  given: {
    client: wsClient({
      name: 'poller',
      is: `a ws client that opens and closes ${connections} connections, waiting for the server's FIN`,
      fin: 'after-peer',
    }),
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that sends FIN as soon as both Close frames have passed',
      fin: 'at-once',
    }),
    settings: { 'net.ipv4.tcp_max_tw_buckets': String(buckets) },
  },
  async when({ client, until, expect }) {
    const { opened } = await client.load(connections);
    expect(`${connections} connections to be opened`, () => opened === connections);
    await until(`${buckets} TIME-WAITs are left`, (ends) => ends.server.length === buckets);
  },
  then: {
    client: 'CLOSED',
    server: 'unknown',
    verdicts: ['time-wait-overflow', 'time-wait-on-server'],
    // A segment for a TIME-WAIT that was thrown away is answered with RST.
    perhaps: ['short-lived-connections', 'reset-by-us'],
  },
  managed: {
    none: 'The server sends the first FIN, as it should. How many TIME-WAITs there may be is a limit of the kernel, and so is what happens beyond it.',
  },
});

import { serverThatBreaksSilence } from '../peers/managed-peers.ts';
import { nginx } from '../peers/nginx.ts';
import { wsClient } from '../peers/ws-client.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

const connections = 5;
/** ms; nginx is told it in seconds. */
const idleTimeout = 2000;

const middlebox = nginx({
  name: 'nginx',
  is: 'a real nginx with proxy_read_timeout 2s',
  proxyReadTimeout: idleTimeout / 1000,
});

const client = wsClient({
  name: 'chat-client',
  is: 'a ws client without heartbeat',
  fin: 'at-once',
});

export const idleCutNginx = scenario({
  name: 'idle-cut-nginx',
  title: 'nginx cuts at proxy_read_timeout',
  about:
    'The server says nothing for longer than proxy_read_timeout (60 s by default, here 2 s), so nginx closes both connections with FIN: no Close frame, 1006 at both ends, and a TIME-WAIT on nginx towards the server.',
  needs: ['namespace', 'nginx'],
  given: {
    client,
    middlebox,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server without heartbeat',
      fin: 'at-once',
    }),
  },
  async when({ client, until }) {
    await Promise.all(Array.from({ length: connections }, () => client.open()));
    await until('nginx has closed them', (ends) => ends.server.length === 0);
  },
  then: {
    client: 'CLOSED',
    server: 'CLOSED',
    verdicts: ['time-wait-on-client'],
    traced: ['idle-cut', 'time-wait-on-client'],
  },
  managed: managed({
    at: 'server',
    given: { client, middlebox, server: serverThatBreaksSilence },
    async when({ client, until }) {
      await Promise.all(Array.from({ length: connections }, () => client.open()));
      const openedAt = performance.now();
      await until('the connections are twice as old as the limit', () => {
        return performance.now() - openedAt > 2 * idleTimeout;
      });
    },
    leaves: { client: ['ESTABLISHED'], server: ['ESTABLISHED'] },
  }),
});

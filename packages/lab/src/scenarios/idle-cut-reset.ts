import { wellBehaved } from '@farewell/probe';
import { serverThatBreaksSilence } from '../peers/managed-peers.ts';
import { middlebox } from '../peers/middlebox.ts';
import { rawClient } from '../peers/raw-peers.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

const idleTimeout = 2000;
const connections = 5;

const proxy = middlebox({
  name: 'middlebox',
  is: 'a proxy that resets both sides once a connection was idle for 2 s',
  idleTimeout,
  cut: 'with-rst',
});

const client = rawClient({
  name: 'chat-client',
  is: 'a client without heartbeat, which answers pings',
  reflexes: wellBehaved,
});

export const idleCutReset = scenario({
  name: 'idle-cut-reset',
  title: 'A middlebox resets idle connections',
  about:
    'Both ends see an RST that the other one never sent. In the socket table nothing is left; only who watched the connections die sees that they all had been idle for the same time.',
  needs: ['namespace'],
  given: {
    client,
    middlebox: proxy,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server without heartbeat',
      fin: 'at-once',
    }),
  },
  async when({ client, middlebox }) {
    await Promise.all(Array.from({ length: connections }, () => client.open()));
    await middlebox.hasCutAll();
  },
  then: { client: 'CLOSED', server: 'CLOSED', verdicts: [], traced: ['idle-cut', 'reset-by-peer'] },
  managed: managed({
    at: 'server',
    given: {
      client,
      middlebox: proxy,
      server: serverThatBreaksSilence,
    },
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

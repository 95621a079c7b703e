import { wellBehaved } from '@farewell/probe';
import { serverThatBreaksSilence } from '../peers/managed-peers.ts';
import { middlebox } from '../peers/middlebox.ts';
import { rawClient } from '../peers/raw-peers.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

const idleTimeout = 2000;
const unansweredTries = 3; // with Linux's smallest RTO of 200 ms: after about 1.4 s

const proxy = middlebox({
  name: 'middlebox',
  is: 'a proxy that drops everything once a connection was idle for 2 s',
  idleTimeout,
  cut: 'silently',
});

const client = rawClient({
  name: 'chat-client',
  is: 'a client without heartbeat, which answers pings',
  reflexes: wellBehaved,
});

export const idleCutSilent = scenario({
  name: 'idle-cut-silent',
  title: 'A middlebox forgets an idle connection and tells nobody',
  about:
    'As some load balancers and NATs do after minutes of silence. Neither end learns of it: the client waits for ever, the server finds out when it sends, and only after 15 minutes or more.',
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
  async when({ client, middlebox, server, until }) {
    await client.open();
    await middlebox.hasCutAll();
    await server.send(1000);
    await until(`the server's kernel has retransmitted ${unansweredTries} times`, (ends) =>
      ends.server.every((row) => (row.timer?.tries ?? 0) >= unansweredTries),
    );
  },
  then: { client: 'ESTABLISHED', server: 'ESTABLISHED', verdicts: ['half-open-peer-gone'] },
  managed: managed({
    at: 'server',
    given: {
      client,
      middlebox: proxy,
      server: serverThatBreaksSilence,
    },
    async when({ client, until }) {
      await client.open();
      const openedAt = performance.now();
      await until('the connections are twice as old as the limit', () => {
        return performance.now() - openedAt > 2 * idleTimeout;
      });
    },
    leaves: { client: ['ESTABLISHED'], server: ['ESTABLISHED'] },
  }),
});

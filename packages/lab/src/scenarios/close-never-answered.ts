import { serverWithShortClosing } from '../peers/managed-peers.ts';
import { rawClient } from '../peers/raw-peers.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';
import { longestTimer } from './longest-timer.ts';

const client = rawClient({
  name: 'chat-client',
  is: 'a client that reads the Close frame and does nothing about it',
});

export const closeNeverAnswered = scenario({
  name: 'close-never-answered',
  title: 'The peer never answers Close, and nobody has a deadline',
  about:
    'A library without a deadline for the closing (undici is one) stays in CLOSING for ever. The kernel knows nothing of Close frames: it shows a healthy connection at both ends, and so does `why`.',
  needs: [],
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a server that sends Close and waits for the answer without a deadline',
      fin: 'at-once',
      closeTimeout: longestTimer,
    }),
  },
  async when({ client, server, until, expect }) {
    await client.open();
    await server.close(1000);
    await until('the Close frame is acknowledged', (ends) =>
      ends.server.every(({ sendQueue }) => sendQueue === 0),
    );
    const open = await server.open();
    expect('the server to be in CLOSING', () => open === 0);
  },
  then: { client: 'ESTABLISHED', server: 'ESTABLISHED', verdicts: [] },
  managed: managed({
    at: 'server',
    given: { client, server: serverWithShortClosing },
    async when({ client, server }) {
      await client.open();
      await server.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['CLOSED'] },
  }),
});

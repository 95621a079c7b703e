import { firstFinByServer } from '../peers/managed-peers.ts';
import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { managed, scenario } from '../scenario.ts';

const moves = { 'ends its side': [{ do: 'fin' }] } as const;

export const bothCloseAtOnce = scenario({
  name: 'both-close-at-once',
  title: 'The two FINs cross',
  about:
    "Both ends close at one moment, on a slow link: each gets the other's FIN before the answer to its own, goes through CLOSING, and holds TIME-WAIT. Nothing else leaves TIME-WAIT at both ends.",
  needs: ['namespace', 'tc'],
  given: {
    client: rawClient({
      name: 'chat-client',
      is: 'a client behind a link of 2,000 bytes a second, on which other traffic is under way',
      moves,
    }),
    server: rawServer({ name: 'chat-server', is: 'a server at the other end of that link', moves }),
  },
  async when({ client, server, until }) {
    await client.open();
    await client.fillLink();
    await Promise.all([client.perform('ends its side'), server.perform('ends its side')]);
    await until('both have sent FIN, and neither has arrived', ({ client, server }) =>
      [...client, ...server].every(({ tcpState }) => tcpState === 'FIN-WAIT-1'),
    );
  },
  then: {
    client: 'TIME-WAIT',
    server: 'TIME-WAIT',
    verdicts: ['time-wait-on-client', 'time-wait-on-server'],
    traced: ['time-wait-on-client', 'time-wait-on-server', 'simultaneous-close'],
  },
  managed: managed({
    at: 'both',
    given: firstFinByServer,
    async when({ client, server }) {
      await client.open();
      await client.fillLink();
      await Promise.all([client.close(1000), server.close(1000)]);
    },
    leaves: { client: ['CLOSED'], server: ['TIME-WAIT'] },
  }),
});

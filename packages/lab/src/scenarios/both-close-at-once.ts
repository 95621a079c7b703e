import { rawClient, rawServer } from '../peers/raw-peers.ts';
import { scenario } from '../scenario.ts';

const bytesPerSecond = 100;
/** The kernel does not pace a connection's first ten segments with data. */
const unpaced = Array.from({ length: 12 }, () => ({
  do: 'frame' as const,
  frame: { opcode: 0xa },
}));
/** Two seconds' worth, behind which a FIN has to wait. */
const ballast = { do: 'frame', frame: { opcode: 0xa, payload: new Uint8Array(120) } } as const;

const moves = {
  'sends twelve pongs': unpaced,
  'sends a long pong': [ballast],
  'ends its side': [{ do: 'fin' }],
} as const;

export const bothCloseAtOnce = scenario({
  name: 'both-close-at-once',
  title: 'Both ends close before either FIN has come',
  about:
    "Both applications close at one moment, on a slow link. The end that gets the other's FIN while its own is unanswered goes through CLOSING, and both hold TIME-WAIT: nothing else leads to that.",
  needs: ['koffi'],
  given: {
    client: rawClient({
      name: 'chat-client',
      is: 'a client that sends 100 bytes a second, so that its FIN has to wait behind a frame',
      moves,
    }),
    server: rawServer({
      name: 'chat-server',
      is: 'a server on a link as slow as that',
      moves,
    }),
  },
  async when({ client, server, until }) {
    await client.open();
    const ends = [client, server];
    for (const end of ends) {
      await end.perform('sends twelve pongs');
      await until('all pongs are acknowledged', ({ client, server }) =>
        [...client, ...server].every(({ sendQueue }) => sendQueue === 0),
      );
    }
    await Promise.all(ends.map((end) => end.pace(bytesPerSecond)));
    await Promise.all(ends.map((end) => end.perform('sends a long pong')));
    await Promise.all(ends.map((end) => end.perform('ends its side')));
    await until('both have called shutdown, and neither FIN has arrived', ({ client, server }) =>
      [...client, ...server].every(({ tcpState }) => tcpState === 'FIN-WAIT-1'),
    );
  },
  then: {
    client: 'TIME-WAIT',
    server: 'TIME-WAIT',
    verdicts: ['time-wait-on-client', 'time-wait-on-server'],
    traced: ['time-wait-on-client', 'time-wait-on-server', 'simultaneous-close'],
  },
});

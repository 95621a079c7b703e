import { managedServer } from '../peers/managed-server.ts';
import { rawClient } from '../peers/raw-peers.ts';
import { wsServer } from '../peers/ws-server.ts';
import { managed, scenario } from '../scenario.ts';

/** More than the client's kernel takes, less than the server's keeps; the settings see to both. */
const unreadBytes = 100_000;

const settings = {
  'net.ipv4.tcp_rmem': '4096 16384 16384',
  'net.ipv4.tcp_wmem': '4096 1048576 1048576',
};

const client = rawClient({
  name: 'chat-client',
  is: 'a client that stops reading after the opening handshake',
  moves: { 'stops reading': [{ do: 'stop-reading' }] },
});

export const zeroWindowAtClose = scenario({
  name: 'zero-window-at-close',
  title: 'The connection is closed before a reader that does not read',
  about:
    "The server's FIN waits behind data for which the client has no room. The client lives and answers each probe, so FIN-WAIT-1 has no end: a retransmission would give up, this does not.",
  needs: ['namespace'],
  given: {
    client,
    server: wsServer({
      name: 'chat-server',
      is: 'a ws server that sends a large message and then terminates the connection',
      fin: 'at-once',
    }),
    settings,
  },
  async when({ client, server, until }) {
    await client.open();
    await client.perform('stops reading');
    await server.send(unreadBytes);
    await until("the client's window is closed and the server's kernel probes it", (ends) =>
      ends.server.every(({ timer }) => timer?.kind === 'probe'),
    );
    await server.terminate();
    await until('the probes are answered, and further apart than a second', (ends) =>
      ends.server.every(({ timer }) => timer?.kind === 'probe' && timer.expiresIn > 1000),
    );
  },
  then: { client: 'ESTABLISHED', server: 'FIN-WAIT-1', verdicts: ['fin-blocked-by-reader'] },
  managed: managed({
    at: 'server',
    given: {
      client,
      server: managedServer({
        name: 'chat-server',
        is: 'a farewell server that sends a large message and closes; closeTimeout is 500 ms',
        closeTimeout: 500,
      }),
      settings,
    },
    async when({ client, server, until }) {
      await client.open();
      await client.perform('stops reading');
      await server.send(unreadBytes);
      await until("the client's window is closed and the server's kernel probes it", (ends) =>
        ends.server.every(({ timer }) => timer?.kind === 'probe'),
      );
      await server.close(1000);
    },
    leaves: { client: ['CLOSED'], server: ['CLOSED'] },
  }),
});

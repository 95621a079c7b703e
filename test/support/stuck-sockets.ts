import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { vanish } from '@farewell/probe';

/** Sockets in each state that a connection gets stuck in, made for real on loopback by this process. */
export interface StuckSockets extends AsyncDisposable {
  readonly port: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** More than the send buffer and the receive window of loopback take in. */
const moreThanFits = Buffer.alloc(16 << 20);

/** The cases, `each` of every one, all at one listening port. */
export async function makeStuckSockets(each: number): Promise<StuckSockets> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pairs: Pair[] = [];
  for (const makeStuck of cases) {
    for (let made = 0; made < each; made += 1) {
      const pair = await openPair(server);
      pairs.push(pair);
      await makeStuck(pair);
    }
  }
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      for (const { client, server } of pairs) {
        client.resetAndDestroy();
        server.resetAndDestroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const cases: ReadonlyArray<(pair: Pair) => Promise<void>> = [
  timeWaitOnServer,
  timeWaitOnClient,
  closeWaitAndFinWait2,
  closeWaitAndOrphan,
  peerGone,
  finUnanswered,
  slowConsumer,
  finBlockedByReader,
];

async function timeWaitOnServer({ client, server }: Pair): Promise<void> {
  server.end();
  client.resume();
  await once(client, 'end');
  client.end();
  await once(server.resume(), 'close');
}

async function timeWaitOnClient({ client, server }: Pair): Promise<void> {
  await timeWaitOnServer({ client: server, server: client });
}

async function closeWaitAndFinWait2({ client, server }: Pair): Promise<void> {
  client.end();
  await once(server.resume(), 'end');
}

async function closeWaitAndOrphan({ client, server }: Pair): Promise<void> {
  client.destroy();
  await once(server.resume(), 'end');
}

async function peerGone({ client, server }: Pair): Promise<void> {
  await vanish(client);
  server.write('is anybody there?');
}

async function finUnanswered({ client, server }: Pair): Promise<void> {
  await vanish(client);
  server.end();
}

async function slowConsumer({ server }: Pair): Promise<void> {
  server.write(moreThanFits);
}

async function finBlockedByReader({ client, server }: Pair): Promise<void> {
  client.write(moreThanFits);
  // close() behind what the kernel took: the FIN waits there until the server reads.
  await new Promise((resolve) => setImmediate(resolve));
  client.destroy();
  server.pause();
}

async function openPair(server: Server): Promise<Pair> {
  const client = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true });
  const [[accepted]] = (await Promise.all([
    once(server, 'connection'),
    once(client, 'connect'),
  ])) as [[Socket], unknown];
  for (const socket of [client, accepted]) socket.on('error', () => {});
  client.pause();
  accepted.pause();
  return { client, server: accepted };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/**
 * In a network namespace of its own: opens a connection for each way in the mix of this seed, ends them all at
 * once, waits for what the kernel's table must then say, and prints what the diagnosis counts.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { openNamespace } from '@farewell/evidence';
import { raiseLoopback } from '../../src/kernel/loopback.ts';
import { openStageTrace } from '../../src/stage/trace.ts';
import { watchAndDiagnose } from '../../src/stage/verdicts.ts';
import { mixOf } from './mix.ts';
import { unmet } from './unmet.ts';
import { type Pair, ways } from './ways.ts';

const names = mixOf(Number(process.argv[2]));
/** ms: no way takes as long. */
const patience = 40_000;
raiseLoopback();
// A reader that does not read fills its small buffer; the server's takes what waits.
writeFileSync('/proc/sys/net/ipv4/tcp_rmem', '4096 16384 16384');
writeFileSync('/proc/sys/net/ipv4/tcp_wmem', '4096 1048576 1048576');
using reader = openNamespace({ kind: 'own' });

const accepted = new Map<number, Socket>();
const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
server.on('connection', (socket) => {
  socket.on('error', () => {});
  accepted.set(socket.remotePort ?? 0, socket);
});
// Its own port: the trace sees the sockets of all namespaces.
server.listen({ host: '127.0.0.1', port: 10_000 + (process.pid % 20_000), backlog: 1024 });
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const { trace: opened } = openStageTrace([port]);
await using trace = opened;

const pairs: Pair[] = [];
while (pairs.length < names.length) pairs.push(await open());
trace?.confirm(reader.readTable().rows);
await Promise.all(names.map(async (name, index) => pairs[index] && ways[name].end(pairs[index])));
await settled();
const sources = { reader, serverPort: port, ownPorts: null, trace };
const { verdicts, untraced } = await watchAndDiagnose(sources);
const counts = (all: typeof verdicts) => all.map(({ id, count }) => [id, count] as const);
const answer = { traced: trace && counts(verdicts), untraced: counts(untraced) };
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());

async function open(): Promise<Pair> {
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  client.pause().on('error', () => {});
  await once(client, 'connect');
  for (;;) {
    const socket = accepted.get(client.localPort ?? 0);
    if (socket !== undefined) return { client, server: socket };
    await pause(1);
  }
}

/** Resolves when each way has led where it leads, by the kernel's table. */
async function settled(): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    const { rows } = reader.readTable();
    trace?.confirm(rows);
    const missing = unmet(names, rows, port);
    if (missing.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`Expected the table to settle: ${missing.join('; ')}`);
    await pause(50);
  }
}

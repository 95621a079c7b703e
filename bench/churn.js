/**
 * What a short connection costs: open, one echo, close. Servers and clients (ws with the heartbeats of its README,
 * farewell with everything on; neither compresses) take turns in interleaved rounds; medians and their ratios are
 * printed, and the TIME-WAITs that the clients hold.
 * Goals: server CPU at most 1.05 of ws, connections a second at least 0.95, p99 at most 1.15; client CPU
 * at most 1.05, with no TIME-WAIT. Needs `npm run build`. A minute; TIME-WAITs are left behind for another.
 *
 *   node bench/churn.js [--rounds 7] [--count 2000] [--concurrency 20]
 */
import { openNamespace } from '@farewell/evidence';
import { median, numberAfter } from './support/measure.js';
import { start } from './support/worker.js';

const rounds = numberAfter('--rounds', 7);
const count = numberAfter('--count', 2000);
const concurrency = numberAfter('--concurrency', 20);
const support = new URL('./support/', import.meta.url).pathname;

const pairs = {};
for (const [server, client] of [
  ['ws', 'ws'],
  ['farewell', 'ws'],
  ['ws', 'farewell'],
  ['farewell', 'farewell'],
]) {
  const its = await start(`${support}websocket-server.js`, [server]);
  const args = [client, `ws://127.0.0.1:${its.port}`, String(concurrency)];
  pairs[`${server} server, ${client} client`] = {
    server: its,
    client: await start(`${support}churn-client.js`, args),
    samples: [],
  };
}
// V8 goes on compiling for some thousand connections, of either: that is a process's start and not a connection's cost.
for (const { client } of Object.values(pairs)) await client.ask(3 * count);
for (let round = 0; round < rounds; round += 1) {
  for (const { server, client, samples } of Object.values(pairs)) {
    await server.ask('');
    const side = await client.ask(count);
    const { cpuMs } = await server.ask('');
    samples.push({
      serverCpuUs: (cpuMs * 1000) / count,
      clientCpuUs: (side.cpuMs * 1000) / count,
      perSecond: count / (side.ms / 1000),
      p99Ms: side.p99Ms,
    });
  }
}
const table = openNamespace({ kind: 'own' });
const { rows } = table.readTable({ tcpInfo: false });
table[Symbol.dispose]();
const results = Object.fromEntries(
  Object.entries(pairs).map(([name, { samples, server }]) => {
    return [name, { ...medians(samples), clientTimeWaits: clientTimeWaits(server.port) }];
  }),
);
const of = (pair, what) => results[pair][what];
const ratio = (what, pair) => of(pair, what) / of('ws server, ws client', what);
const ratios = {
  'server CPU': ratio('serverCpuUs', 'farewell server, ws client'),
  'connections a second': ratio('perSecond', 'farewell server, ws client'),
  p99: ratio('p99Ms', 'farewell server, ws client'),
  'client CPU': ratio('clientCpuUs', 'ws server, farewell client'),
};
process.stdout.write(`${JSON.stringify({ benchmark: 'churn', results, ratios }, null, 2)}\n`);
process.exit(0);

/** Those that the kernel holds now on the side of this server's clients: of the last minute. */
function clientTimeWaits(port) {
  return rows.filter((row) => row.remotePort === port && row.tcpState === 'TIME-WAIT').length;
}

function medians(samples) {
  const names = Object.keys(samples[0]);
  return Object.fromEntries(names.map((name) => [name, median(samples.map((each) => each[name]))]));
}

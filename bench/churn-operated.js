/**
 * What a short connection costs a server that is operated with everything: limits, a maximum age, prom-client,
 * a logger, and subscribers to diagnostics_channel. Open, one echo, close, by ws's client; servers of ws with
 * its README's heartbeat, of farewell with what it does by default, and with all of that take turns in
 * interleaved rounds; medians. Goals, against ws: server CPU at most 1.05, connections a second at least 0.95,
 * p99 at most 1.15. Needs `npm run build`. Half a minute.
 *
 *   node bench/churn-operated.js [--rounds 7] [--count 2000] [--concurrency 20]
 */
import { median, numberAfter } from './support/measure.js';
import { start } from './support/worker.js';

const rounds = numberAfter('--rounds', 7);
const count = numberAfter('--count', 2000);
const concurrency = numberAfter('--concurrency', 20);
const support = new URL('./support/', import.meta.url).pathname;

const pairs = {};
for (const name of ['ws', 'farewell', 'farewell-operated']) {
  const server = await start(`${support}websocket-server.js`, [name]);
  const args = ['ws', `ws://127.0.0.1:${server.port}`, String(concurrency)];
  const client = await start(`${support}churn-client.js`, args);
  await client.ask(count);
  pairs[name] = { server, client, samples: [] };
}
for (let round = 0; round < rounds; round += 1)
  for (const pair of Object.values(pairs)) pair.samples.push(await sample(pair));

const results = Object.fromEntries(
  Object.entries(pairs).map(([name, { samples }]) => [name, medians(samples)]),
);
const ratios = { farewell: ratiosOf('farewell'), operated: ratiosOf('farewell-operated') };
const { serverCpu, perSecond, p99 } = ratios.operated;
const met = serverCpu <= 1.05 && perSecond >= 0.95 && p99 <= 1.15;
const result = { benchmark: 'churn, operated', results, ratios, met };
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exit(met ? 0 : 1);

async function sample({ server, client }) {
  await server.ask('');
  const { ms, p99Ms } = await client.ask(count);
  const { cpuMs } = await server.ask('');
  return { serverCpuUs: (cpuMs * 1000) / count, perSecond: count / (ms / 1000), p99Ms };
}

function medians(samples) {
  const names = Object.keys(samples[0]);
  return Object.fromEntries(names.map((name) => [name, median(samples.map((each) => each[name]))]));
}

function ratiosOf(name) {
  const of = (what) => results[name][what] / results.ws[what];
  return { serverCpu: of('serverCpuUs'), perSecond: of('perSecond'), p99: of('p99Ms') };
}

/**
 * What a short connection costs a server of socket.io and one of farewell with everything on: open, one echo, close,
 * in interleaved rounds; medians. socket.io's client is spoken over ws, without polling. Goal: server CPU at most
 * 0.5 of socket.io's. Needs `npm run build` and `npm --prefix bench ci`. Half a minute.
 *
 *   node bench/churn-socket-io.js [--rounds 7] [--count 2000] [--concurrency 20]
 */
import { median, numberAfter } from './support/measure.js';
import { start } from './support/worker.js';

const goal = 0.5;
const rounds = numberAfter('--rounds', 7);
const count = numberAfter('--count', 2000);
const concurrency = numberAfter('--concurrency', 20);
const support = new URL('./support/', import.meta.url).pathname;

const pairs = {};
for (const [name, protocol] of [
  ['farewell', 'ws'],
  ['socket.io', 'socket.io'],
]) {
  const server = await start(`${support}websocket-server.js`, [name]);
  const args = [protocol, `ws://127.0.0.1:${server.port}`, String(concurrency)];
  pairs[name] = { server, client: await start(`${support}churn-client.js`, args), samples: [] };
  await pairs[name].client.ask(count);
}
for (let round = 0; round < rounds; round += 1) {
  for (const { server, client, samples } of Object.values(pairs)) {
    await server.ask('');
    await client.ask(count);
    const { cpuMs } = await server.ask('');
    samples.push((cpuMs * 1000) / count);
  }
}
const serverCpuUs = Object.fromEntries(
  Object.entries(pairs).map(([name, { samples }]) => [name, median(samples)]),
);
const ratio = serverCpuUs.farewell / serverCpuUs['socket.io'];
const result = { benchmark: 'churn against socket.io', serverCpuUs, ratio, goal };
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exit(ratio <= goal ? 0 : 1);

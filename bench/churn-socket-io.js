/**
 * What a short connection costs a server of socket.io and one of farewell with everything on: open, one echo, close,
 * in interleaved rounds; medians. socket.io as it comes, with polling before the upgrade, which the goal is about (server
 * CPU at most 0.5), and over WebSocket only. Needs `npm run build` and `npm --prefix bench ci`. Half a minute.
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
  ['socket.io', 'socket.io over websocket'],
]) {
  const server = await start(`${support}websocket-server.js`, [name]);
  const args = [protocol, `ws://127.0.0.1:${server.port}`, String(concurrency)];
  const client = await start(`${support}churn-client.js`, args);
  await client.ask(count);
  pairs[name === 'farewell' ? name : protocol] = { server, client, samples: [] };
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
const ratios = {
  'socket.io': serverCpuUs.farewell / serverCpuUs['socket.io'],
  'socket.io over websocket': serverCpuUs.farewell / serverCpuUs['socket.io over websocket'],
};
const result = { benchmark: 'churn against socket.io', serverCpuUs, ratios, goal };
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exit(ratios['socket.io'] <= goal ? 0 : 1);

/**
 * What the heartbeat of 15,000 connections does to a server: the longest delay of its event loop and the CPU of a ping,
 * with the loop of ws's README and with farewell, everything on; in turns, medians of all windows. Goals: a tenth of the
 * delay, no more CPU. Needs `npm run build` and 16,000 descriptors. Three minutes.
 *
 *   node bench/heartbeat.js [--rounds 2] [--windows 3] [--interval 5000] [--connections 15000]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { median, numberAfter } from './support/measure.js';
import { start } from './support/worker.js';

const goals = { delay: 0.1, cpu: 1 };
const rounds = numberAfter('--rounds', 2);
const windows = numberAfter('--windows', 3);
const interval = numberAfter('--interval', 5_000);
const connections = numberAfter('--connections', 15_000);
const support = new URL('./support/', import.meta.url).pathname;

const samples = { ws: [], farewell: [] };
for (let round = 0; round < rounds; round += 1) {
  for (const [name, taken] of Object.entries(samples)) taken.push(...(await sample(name)));
}
const medians = Object.fromEntries(
  Object.entries(samples).map(([name, taken]) => [
    name,
    {
      longestDelayMs: median(taken.map(({ longestDelayMs }) => longestDelayMs)),
      cpuUsOfPing: median(taken.map(({ cpuUsOfPing }) => cpuUsOfPing)),
    },
  ]),
);
const measured = {
  delay: medians.farewell.longestDelayMs / medians.ws.longestDelayMs,
  cpu: medians.farewell.cpuUsOfPing / medians.ws.cpuUsOfPing,
};
const result = { benchmark: 'heartbeat', connections, interval, medians, samples, measured, goals };
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
const isMet = Object.entries(goals).every(([name, goal]) => measured[name] <= goal);
process.exit(isMet ? 0 : 1);

/** Whole intervals of one server, after the first with all connections. */
async function sample(name) {
  const server = await start(`${support}websocket-server.js`, [name, String(interval)]);
  const clients = await start(`${support}idle-clients.js`, ['ws', String(server.port)]);
  await clients.ask(connections);
  await pause(interval);
  const taken = [];
  await clients.ask('');
  await server.ask('');
  for (let window = 0; window < windows; window += 1) {
    await pause(interval);
    const { pings, closed } = await clients.ask('');
    if (closed > 0) throw new Error(`${name}: ${closed} connections were closed`);
    const { cpuMs, longestDelayMs } = await server.ask('');
    taken.push({ longestDelayMs, pings, cpuUsOfPing: (cpuMs * 1000) / pings });
  }
  server.stop();
  clients.stop();
  return taken;
}

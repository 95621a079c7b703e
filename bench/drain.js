/**
 * How a server drains: ws by a loop that closes all of its clients, farewell by `drain`. Each round is a new
 * pair of a server and its clients; the libraries take turns, medians are printed. First with peers that all
 * answer, then with 1 % that never do.
 * Goals: total at most 0.9 of the loop's; longest event-loop delay at most 30 ms or a fifteenth of the
 * loop's; with mute peers done within the deadline plus 100 ms. Needs `npm run build`. Two minutes.
 *
 *   node bench/drain.js [--rounds 3] [--connections 15000] [--timeout 5000]
 */
import { spawnSync } from 'node:child_process';
import { median, numberAfter } from './support/measure.js';
import { start } from './support/worker.js';

const rounds = numberAfter('--rounds', 3);
const connections = numberAfter('--connections', 15_000);
const timeout = numberAfter('--timeout', 5_000);
const clientProcesses = 2;
const support = new URL('./support/', import.meta.url).pathname;
const spare = 500;
raiseDescriptors(connections + spare);
// Each process started has a listener for this one's exit.
process.setMaxListeners(0);

const loop = [];
const drained = [];
for (let round = 0; round < rounds; round += 1) {
  loop.push(await drainOnce('ws', { mute: 0 }));
  drained.push(await drainOnce('farewell', { mute: 0 }));
}
const mute = Math.round(connections / 100);
const muteLoop = await drainOnce('ws', { mute });
const muteDrained = await drainOnce('farewell', { mute });

const results = {
  loop: medians(loop),
  drain: medians(drained),
  muteLoop: { ms: muteLoop.ms },
  muteDrain: { ms: muteDrained.ms, report: muteDrained.report.text },
};
const longest = results.drain.longestDelayMs;
const goals = {
  'total, of the loop': [results.drain.ms / results.loop.ms, 0.9],
  'longest event-loop delay, ms': [longest, Math.max(30, results.loop.longestDelayMs / 15)],
  'over the deadline with mute peers, ms': [muteDrained.ms - timeout, 100],
};
const met = Object.values(goals).every(([measured, goal]) => measured <= goal);
const answer = { benchmark: 'drain', connections, mute, timeout, results, goals, met };
process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
process.exit(met ? 0 : 1);

async function drainOnce(library, { mute }) {
  const server = await start(
    `${support}websocket-server.js`,
    [library, '3600000'],
    ['--expose-gc'],
  );
  const client = () => start(`${support}drain-client.js`, [String(server.port)]);
  const clients = await Promise.all(Array.from({ length: clientProcesses }, client));
  const share = { count: connections / clientProcesses, mute: mute / clientProcesses };
  await Promise.all(clients.map((each) => each.ask(JSON.stringify(share))));
  // Collects the garbage of 15,000 openings first: it is not the drain's, and falls into some rounds and not into others.
  await server.ask('');
  const result = await server.ask(`drain ${JSON.stringify({ timeout })}`);
  for (const each of [server, ...clients]) each.stop();
  return result;
}

function medians(samples) {
  const of = (name) => median(samples.map((each) => each[name]));
  return { ms: of('ms'), cpuMs: of('cpuMs'), longestDelayMs: of('longestDelayMs') };
}

/** The limit is inherited by the processes that are started. Where it may not be raised, opening fails, and says so. */
function raiseDescriptors(needed) {
  spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${needed * 2}`]);
}

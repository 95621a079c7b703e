/**
 * What an idle connection takes in memory: resident memory of a server of its own, without connections and with
 * 15,000, garbage collected; ws, farewell with what it does by default and with all that can be added to it,
 * and socket.io (as it comes, with polling first, and over WebSocket only) take turns; medians. Goals: at most
 * 0.5 kB a connection more than ws, at most 0.3 of socket.io. Needs `npm run build`, `npm --prefix bench ci`
 * and 16,000 descriptors. Three minutes for each round of all of them; `--of` names those to measure (a goal is
 * left out if what it is about is not among them), which makes `--of ws,farewell` half a minute a round.
 *
 *   node bench/idle.js [--rounds 3] [--connections 15000] [--of ws,farewell,farewell-operated,socket.io]
 */
import { setTimeout } from 'node:timers/promises';
import { median, numberAfter, wordAfter } from './support/measure.js';
import { start } from './support/worker.js';

const goals = { moreThanWsBytes: 512, operatedMoreThanWsBytes: 512, ofSocketIo: 0.3 };
const rounds = numberAfter('--rounds', 3);
const connections = numberAfter('--connections', 15_000);
const support = new URL('./support/', import.meta.url).pathname;
const warmUp = 500;

const all = 'ws,farewell,farewell-operated,socket.io,socket.io over websocket';
const names = wordAfter('--of', all).split(',');
const samples = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, bytes] of Object.entries(samples)) bytes.push(await bytesEach(name));
}
const bytesOfEach = Object.fromEntries(
  Object.entries(samples).map(([name, bytes]) => [name, Math.round(median(bytes))]),
);
const { ws, farewell, 'farewell-operated': operated, 'socket.io': socketIo } = bytesOfEach;
const measured = {
  moreThanWsBytes: farewell - ws,
  operatedMoreThanWsBytes: operated - ws,
  ofSocketIo: farewell / socketIo,
};
const result = { benchmark: 'idle', connections, bytesOfEach, samples, measured, goals };
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
const isMet = Object.entries(goals).every(
  ([name, goal]) => Number.isNaN(measured[name]) || measured[name] <= goal,
);
process.exit(isMet ? 0 : 1);

/** Resident bytes a connection, beyond what the first few hundred make a server load and compile. */
async function bytesEach(name) {
  const isSocketIo = name.startsWith('socket.io');
  const library = isSocketIo ? 'socket.io' : name;
  const protocol = isSocketIo ? name : 'ws';
  const server = await start(
    `${support}websocket-server.js`,
    [library, '3600000'],
    ['--expose-gc'],
  );
  const clients = await start(`${support}idle-clients.js`, [protocol, String(server.port)]);
  await clients.ask(warmUp);
  const before = await settled(server);
  await clients.ask(connections);
  const after = await settled(server);
  if (after.connections !== connections + warmUp)
    throw new Error(
      `${name}: expected ${connections + warmUp} connections, got ${after.connections}`,
    );
  server.stop();
  clients.stop();
  return (after.rssBytes - before.rssBytes) / connections;
}

/**
 * Asked until ten answers in a row are alike, 50 ms apart: V8 gives memory back some collections later, at the third
 * up to 15 MB, which is 1 kB a connection.
 */
async function settled(server) {
  let first = await server.ask('');
  for (let alike = 1; alike < 10; alike += 1) {
    await setTimeout(50);
    const next = await server.ask('');
    if (Math.abs(next.rssBytes - first.rssBytes) < 300_000) continue;
    [first, alike] = [next, 0];
  }
  return first;
}

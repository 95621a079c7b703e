/**
 * 100,000 sockets, 90 % of them in TIME-WAIT: reading the table into rows, against `ss -tan > /dev/null`.
 * Goal: at most 0.6 of its time. Rounds are interleaved, so that a noisy machine disturbs both alike, and
 * medians are compared. Makes its own network namespace; ends within 30 s. Needs `npm run build`.
 *
 *   node bench/socket-table.js [--sockets 100000] [--rounds 15]
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openNamespace } from '@farewell/evidence';

const GOAL = 0.6;
const NAMESPACE = ['unshare', '--user', '--map-root-user', '--net'];

if (process.argv.includes('--inside')) await measure();
else enterOwnNamespace();

function enterOwnNamespace() {
  const [command, ...rest] = NAMESPACE;
  const self = [process.execPath, fileURLToPath(import.meta.url), '--inside'];
  const args = [...rest, ...self, ...process.argv.slice(2)];
  const { status } = spawnSync(command, args, { stdio: 'inherit', timeout: 120_000 });
  process.exitCode = status ?? 1;
}

async function measure() {
  const sockets = numberAfter('--sockets', 100_000);
  const population = await startPopulation(sockets);
  try {
    const times = rounds(numberAfter('--rounds', 15), sockets);
    const ratio = median(times.readTable) / median(times.ss);
    const result = {
      benchmark: 'socket-table',
      sockets: population.made,
      medianMs: mapValues(times, (values) => Number(median(values).toFixed(1))),
      ratio: Number(ratio.toFixed(2)),
      goal: GOAL,
      met: ratio <= GOAL,
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    process.exitCode = result.met ? 0 : 1;
  } finally {
    population.child.stdin.end();
  }
}

async function startPopulation(sockets) {
  const script = fileURLToPath(new URL('./support/time-wait-population.js', import.meta.url));
  const child = spawn(process.execPath, [script, '--sockets', String(sockets)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, made: JSON.parse(String(line)) };
}

function rounds(count, sockets) {
  const times = { readTable: [], readTableWithoutTcpInfo: [], ss: [] };
  const nowhere = openSync('/dev/null', 'w');
  const reader = openNamespace({ kind: 'own' });
  for (let round = 0; round < count; round += 1) {
    times.readTable.push(timed(() => check(reader.readTable().rows.length, sockets)));
    times.ss.push(
      timed(() => spawnSync('ss', ['-tan'], { stdio: ['ignore', nowhere, 'inherit'] })),
    );
    times.readTableWithoutTcpInfo.push(timed(() => reader.readTable({ tcpInfo: false })));
  }
  return times;
}

/** A table without the sockets would be read quickly. */
function check(rows, sockets) {
  if (rows < 0.99 * sockets) throw new Error(`expected ${sockets} rows, read ${rows}`);
}

function timed(run) {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function numberAfter(flag, otherwise) {
  const at = process.argv.indexOf(flag);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

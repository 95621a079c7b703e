/**
 * 100,000 sockets, 90 % of them in TIME-WAIT: the whole of `farewell why --for 0 --json`, against
 * `ss -tan`, both to /dev/null. Goals: at most 1.5 of its time, and under 250 MB. Rounds are interleaved, so
 * that a noisy machine disturbs both alike, and medians are compared. Makes its own network namespace; ends
 * within a minute. Needs `npm run build`.
 *
 *   node bench/why.js [--sockets 100000] [--rounds 11]
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environment, median, numberAfter, timed } from './support/measure.js';

const GOAL = { ratio: 1.5, memoryMB: 250 };
const NAMESPACE = ['unshare', '--user', '--map-root-user', '--net'];
const bin = fileURLToPath(new URL('../packages/cli/bin/farewell.js', import.meta.url));
const whyArgs = [bin, 'why', '--for', '0', '--json'];
const nowhere = openSync('/dev/null', 'w');

if (process.argv.includes('--inside')) await measure();
else enterOwnNamespace();

function enterOwnNamespace() {
  const [command, ...rest] = NAMESPACE;
  const self = [process.execPath, fileURLToPath(import.meta.url), '--inside'];
  const args = [...rest, ...self, ...process.argv.slice(2)];
  process.exitCode = spawnSync(command, args, { stdio: 'inherit', timeout: 120_000 }).status ?? 1;
}

async function measure() {
  const sockets = numberAfter('--sockets', 100_000);
  const population = await startPopulation(sockets);
  try {
    check(sockets);
    const times = rounds(numberAfter('--rounds', 11));
    const ratio = median(times.why) / median(times.ss);
    const memoryMB = Math.round(peakMemoryMB());
    const met = ratio <= GOAL.ratio && memoryMB < GOAL.memoryMB;
    const medianMs = { why: Math.round(median(times.why)), ss: Math.round(median(times.ss)) };
    const result = {
      benchmark: 'why',
      sockets,
      medianMs,
      ratio: Number(ratio.toFixed(2)),
      memoryMB,
    };
    process.stdout.write(`${JSON.stringify({ ...result, goal: GOAL, met }, null, 2)}\n`);
    process.exitCode = met ? 0 : 1;
  } finally {
    population.stdin.end();
  }
}

async function startPopulation(sockets) {
  const script = fileURLToPath(new URL('./support/time-wait-population.js', import.meta.url));
  const args = [script, '--sockets', String(sockets)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/** An answer without the sockets would come quickly. */
function check(sockets) {
  const { stdout } = spawnSync(process.execPath, whyArgs, { encoding: 'utf8', env: environment });
  const counts = Object.values(JSON.parse(stdout).tcpStates).map(({ count }) => count);
  const seen = counts.reduce((sum, count) => sum + count, 0);
  if (seen < 0.95 * sockets) throw new Error(`expected ${sockets} sockets, counted ${seen}`);
}

function rounds(count) {
  const times = { why: [], ss: [] };
  const options = { stdio: ['ignore', nowhere, 'inherit'], env: environment };
  for (let round = 0; round < count; round += 1) {
    times.why.push(timed(() => spawnSync(process.execPath, whyArgs, options)));
    times.ss.push(timed(() => spawnSync('ss', ['-tan'], options)));
  }
  return times;
}

/** The most that one run had resident: the kernel's own figure, printed by the run itself at its end. */
function peakMemoryMB() {
  const atExit = "process.on('exit', () => console.error(process.resourceUsage().maxRSS))";
  const preload = `data:text/javascript,${encodeURIComponent(atExit)}`;
  const args = ['--import', preload, ...whyArgs];
  const { stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', nowhere, 'pipe'] });
  return Number(String(stderr)) / 1024;
}

/**
 * What a command costs before it has anything to do: `farewell --help` (goal: under 150 ms) and
 * `farewell why --for 0` on this machine as it is (goal: under 400 ms), beside `node --eval 0`. Rounds are
 * interleaved and medians compared. Needs `npm run build`. Changes nothing, ends within 30 s.
 *
 *   node bench/start-up.js [--rounds 15]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, numberAfter, timed } from './support/measure.js';

const bin = fileURLToPath(new URL('../packages/cli/bin/farewell.js', import.meta.url));
const commands = {
  node: { args: ['--eval', '0'], goalMs: null },
  help: { args: [bin, '--help'], goalMs: 150 },
  why: { args: [bin, 'why', '--for', '0'], goalMs: 400 },
};

const times = { node: [], help: [], why: [] };
for (let round = 0; round < numberAfter('--rounds', 15); round += 1)
  for (const [name, { args }] of Object.entries(commands)) times[name].push(timed(() => run(args)));

const results = Object.entries(commands).map(([name, { goalMs }]) => {
  const medianMs = Math.round(median(times[name]));
  const timesNode = Number((medianMs / median(times.node)).toFixed(2));
  return { name, medianMs, timesNode, goalMs, met: goalMs === null || medianMs < goalMs };
});
process.stdout.write(`${JSON.stringify({ benchmark: 'start-up', results }, null, 2)}\n`);
process.exitCode = results.every(({ met }) => met) ? 0 : 1;

function run(args) {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  // 1: something is stuck on this machine, which is an answer.
  if (status !== 0 && status !== 1)
    throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
}

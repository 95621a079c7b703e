// `npm run bench [NAMES...]`: runs the benchmarks one after the other. Exit 1 if a goal was missed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const all = readdirSync('bench')
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -'.js'.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`Expected some of ${all.join(', ')}, got ${unknown.join(', ')}.\n`);
  process.exit(2);
}
const missed = (asked.length > 0 ? asked : all).filter((name) => {
  process.stdout.write(`\n== ${name}\n`);
  return spawnSync(process.execPath, [`bench/${name}.js`], { stdio: 'inherit' }).status !== 0;
});
if (missed.length > 0) process.stdout.write(`\nmissed a goal, or failed: ${missed.join(', ')}\n`);
process.exitCode = missed.length > 0 ? 1 : 0;

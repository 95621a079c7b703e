/**
 * `npm run kotlin [NAMES]`: builds examples/ktor, runs it with each fault, as usual and mended, each run in a
 * network namespace of its own, and writes what the kernel and the packets showed into docs/kotlin.md and
 * docs/kotlin/. With names only those runs are made again; `--page` makes none. Needs a JDK, Maven, tcpdump, nft
 * and root (or user namespaces).
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Experiment, experiments, nameOf, type Run } from './kotlin/experiments.ts';
import { writePage } from './kotlin/page.ts';

const recorded = 'docs/kotlin/runs.json';
const stage = fileURLToPath(new URL('kotlin/stage.ts', import.meta.url));
/** Mostly they wait; more at a time would make the machine busy when the JVMs start. */
const atATime = 4;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const names = process.argv.slice(2).filter((name) => name !== '--page');
const chosen = process.argv.includes('--page')
  ? []
  : experiments.filter(
      (each) => names.length === 0 || names.some((name) => nameOf(each).includes(name)),
    );

const runs = new Map(readRuns().map((run) => [nameOf(run), run]));
if (chosen.length > 0) {
  build();
  const waiting = [...chosen];
  await Promise.all(Array.from({ length: atATime }, () => work(waiting)));
  writeFileSync(recorded, `${JSON.stringify(record())}\n`);
  spawnSync('npx', ['--no-install', 'biome', 'format', '--write', recorded]);
}
writePage(record());

function record(): { at: string; kernel: string; runs: readonly Run[] } {
  const kernel = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  const found = experiments
    .map((each) => runs.get(nameOf(each)))
    .filter((run) => run !== undefined);
  return { at: new Date().toISOString().slice(0, 10), kernel, runs: found };
}

function readRuns(): readonly Run[] {
  if (!existsSync(recorded)) return [];
  return (JSON.parse(readFileSync(recorded, 'utf8')) as { runs: readonly Run[] }).runs;
}

function build(): void {
  const { status } = spawnSync('mvn', ['-q', '-B', '-f', 'examples/ktor/pom.xml', 'compile'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`mvn ended with ${status}`);
}

async function work(waiting: Experiment[]): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const name = nameOf(next);
    process.stdout.write(`${name}: for ${next.watch / 1000} s\n`);
    const seen = await play(next);
    if (seen === null) process.exitCode = 1;
    else runs.set(name, seen);
    process.stdout.write(
      `${name}: ${seen ? JSON.stringify(seen.samples.at(-1)?.counts) : 'failed'}\n`,
    );
  }
}

async function play(experiment: Experiment): Promise<Run | null> {
  const isRoot = process.getuid?.() === 0;
  const unshare = isRoot ? ['--net'] : ['--user', '--map-root-user', '--net'];
  const node = [process.execPath, '--import', 'tsx', '--conditions', '@farewell/source', stage];
  const child = spawn('unshare', [...unshare, '--', ...node, JSON.stringify(experiment)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await text(child.stdout);
  return said === '' ? null : (JSON.parse(said) as Run);
}

/**
 * `npm run kotlin [NAMES]`: builds examples/ktor, runs it with each fault, as usual and mended, each run in a
 * network namespace of its own, and writes what the kernel and the packets showed into docs/kotlin.md and
 * docs/kotlin/. A run that fails is made once more. With names only those runs are made again; `--page` makes
 * none. Needs a JDK, Maven, tcpdump, nft and root (or user namespaces). Takes about 6 minutes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type Experiment,
  experiments,
  faultIsOver,
  nameOf,
  type Run,
} from './kotlin/experiments.ts';
import { writePage } from './kotlin/page.ts';

const recorded = 'docs/kotlin/runs.json';
const stage = fileURLToPath(new URL('kotlin/stage.ts', import.meta.url));
/** What a run may take beyond its watch: two JVMs that start, and the packets that are explained; ms. */
const overhead = 180_000;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const names = process.argv.slice(2).filter((name) => name !== '--page');
const chosen = process.argv.includes('--page')
  ? []
  : experiments.filter(
      (each) => names.length === 0 || names.some((name) => nameOf(each).includes(name)),
    );

const runs = new Map(readRuns().map((run) => [nameOf(run), run]));
const startedAt = Date.now();
if (chosen.length > 0) {
  build();
  const failed = await playAll(await playAll(chosen));
  if (failed.length > 0) process.exitCode = 1;
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
  const args = ['-q', '-B', '-Dkotlin.compiler.daemon=false', '-f', 'examples/ktor/pom.xml'];
  const { status } = spawnSync('mvn', [...args, 'compile'], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`mvn ended with ${status}`);
}

/**
 * One after the other until the fault, which keeps both processors busy; watched side by side from there on. Gives
 * those that failed.
 */
async function playAll(all: readonly Experiment[]): Promise<readonly Experiment[]> {
  const playing: Promise<'seen' | 'failed'>[] = [];
  for (const experiment of all) {
    say(
      `${nameOf(experiment)} (${playing.length + 1} of ${all.length}): ${experiment.watch / 1000} s`,
    );
    const lines = startStage(experiment);
    playing.push(follow(experiment, lines));
    await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  }
  const ends = await Promise.all(playing);
  return all.filter((_, index) => ends[index] === 'failed');
}

/** The lines that it prints: `faultIsOver`, then what it saw. */
function startStage(experiment: Experiment): Interface {
  const isRoot = process.getuid?.() === 0;
  const unshare = isRoot ? ['--net'] : ['--user', '--map-root-user', '--net'];
  const node = [process.execPath, '--import', 'tsx', '--conditions', '@farewell/source', stage];
  const child = spawn('unshare', [...unshare, '--', ...node, JSON.stringify(experiment)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: experiment.watch + overhead,
  });
  return createInterface(child.stdout);
}

/** Saves what was seen at once, so that it stays if the other runs are interrupted. */
async function follow(experiment: Experiment, lines: Interface): Promise<'seen' | 'failed'> {
  let seen: Run | null = null;
  for await (const line of lines) if (line !== faultIsOver) seen = JSON.parse(line) as Run;
  if (seen === null || connectionsIn(seen.packets) !== seen.connections) {
    const found = seen
      ? `only ${connectionsIn(seen.packets)} connections in its packets`
      : 'no end';
    say(`${nameOf(experiment)}: failed, ${found}`);
    return 'failed';
  }
  say(`${nameOf(experiment)}: ${JSON.stringify(seen.samples.at(-1)?.counts)}`);
  runs.set(nameOf(experiment), seen);
  writeFileSync(recorded, `${JSON.stringify(record())}\n`);
  return 'seen';
}

function connectionsIn({ ending }: Run['packets']): number {
  return Object.values(ending).reduce((one, other) => one + other, 0);
}

function say(text: string): void {
  process.stdout.write(`${Math.round((Date.now() - startedAt) / 1000)} s: ${text}\n`);
}

/**
 * `npm run stacks [NAME...]`: installs and starts each stack of test/stacks, or those named (`server:ws`,
 * `client:ws` or `ws` for both), probes it, and writes docs/stacks.json, docs/stacks.md and docs/stacks/. It says
 * what came out otherwise than before. What is not named keeps its last result. `--resume` goes on where the last
 * run was interrupted; `--page` probes nothing. All take about 15 minutes, and what they install some more.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cache, installKit, type Kit } from '../test/stacks/kits.ts';
import { type Check, probeStack, versionOf } from '../test/stacks/probe.ts';
import { clients, type Stack, servers } from '../test/stacks/stacks.ts';
import { type Measured, type Stacks, writeStacks } from './stacks/pages.ts';

const file = 'docs/stacks.json';
/** They mostly wait. */
const atATime = 5;

interface Job {
  readonly role: 'server' | 'client';
  readonly stack: Stack;
}

/** What a run has measured so far, a line each; there is none when the last run came to its end. */
const journal = join(cache, 'measured');
const startedAt = Date.now();

const names = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const jobs: readonly Job[] = [
  ...servers.map((stack) => ({ role: 'server' as const, stack })),
  ...clients.map((stack) => ({ role: 'client' as const, stack })),
];
const isResumed = process.argv.includes('--resume') && existsSync(journal);
const done = new Set(isResumed ? readFileSync(journal, 'utf8').split('\n') : []);
const chosen = process.argv.includes('--page')
  ? []
  : jobs.filter(isNamed).filter((job) => !done.has(keyOf(job)));
const measured = new Map<string, Measured>(Object.entries(readBefore()));
const unusable = new Set<Kit>();
let played = 0;

mkdirSync(cache, { recursive: true });
if (!isResumed && chosen.length > 0) rmSync(journal, { force: true });
for (const kit of new Set(chosen.map(({ stack }) => stack.kit))) install(kit);
const waiting = chosen.filter(({ stack }) => !unusable.has(stack.kit));
await Promise.all(Array.from({ length: atATime }, work));
save();
spawnSync('npx', ['--no-install', 'biome', 'format', '--write', file]);
if (process.exitCode !== 1 && chosen.length > 0) rmSync(journal, { force: true });

function isNamed(job: Job): boolean {
  return names.length === 0 || names.some((name) => name === keyOf(job) || name === job.stack.name);
}

/** After each, so that what was measured stays if the run is interrupted. */
function save(): void {
  const stacks: Stacks = {
    schema: 'farewell.stacks/1',
    servers: found('server', servers),
    clients: found('client', clients),
  };
  writeFileSync(file, `${JSON.stringify(stacks, null, 1)}\n`);
  writeStacks(stacks);
}

function found(role: Job['role'], stacks: readonly Stack[]): readonly Measured[] {
  return stacks.flatMap((stack) => measured.get(keyOf({ role, stack })) ?? []);
}

function keyOf({ role, stack }: Job): string {
  return `${role}:${stack.name}`;
}

function readBefore(): Record<string, Measured> {
  if (!existsSync(file)) return {};
  const before = JSON.parse(readFileSync(file, 'utf8')) as Stacks;
  return Object.fromEntries([
    ...before.servers.map((each) => [`server:${each.name}`, each]),
    ...before.clients.map((each) => [`client:${each.name}`, each]),
  ]);
}

function install(kit: Kit): void {
  const users = jobs.filter(({ stack }) => stack.kit === kit).map(({ stack }) => stack.name);
  try {
    installKit(kit, [...new Set(users)]);
  } catch (error) {
    unusable.add(kit);
    fail(`${kit}: ${String(error)}`);
  }
}

async function work(): Promise<void> {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    try {
      const play = (): Promise<readonly Check[]> => probeStack(job.role, job.stack);
      // A stack that did not start gets another try.
      keep(job, await play().catch(play));
    } catch (error) {
      fail(`${keyOf(job)}: ${String(error)}`);
    }
  }
}

function keep(job: Job, checks: readonly Check[]): void {
  const before = measured.get(keyOf(job))?.checks ?? [];
  measured.set(keyOf(job), measuredOf(job.stack, checks));
  save();
  appendFileSync(journal, `${keyOf(job)}\n`);
  played += 1;
  const failed = checks.filter(({ verdict }) => verdict === 'fail').length;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const lines = [
    `${seconds} s, ${played} of ${chosen.length}: ${keyOf(job)}: ${failed} failed`,
    ...changes(before, checks),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function changes(before: readonly Check[], now: readonly Check[]): readonly string[] {
  const verdicts = new Map(before.map(({ id, verdict }) => [id, verdict]));
  return now
    .filter(({ id, verdict }) => before.length > 0 && verdicts.get(id) !== verdict)
    .map(
      ({ id, verdict, seen }) => `  ${id}: ${verdicts.get(id) ?? 'new'}, now ${verdict}: ${seen}`,
    );
}

function measuredOf(
  { name, title, language, ...stack }: Stack,
  checks: readonly Check[],
): Measured {
  return {
    name,
    title,
    language,
    version: versionOf({ name, title, language, ...stack }),
    date: new Date().toISOString().slice(0, 10),
    checks: checks.map(({ id, group, level, title, consequence, verdict, seen, remedy }) => {
      return { id, group, level, title, consequence, verdict, seen, remedy };
    }),
  };
}

function fail(text: string): void {
  process.exitCode = 1;
  process.stderr.write(`${text}\n`);
}

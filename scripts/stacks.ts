/**
 * `npm run stacks [NAME...]`: installs and starts each stack of test/stacks, or those named (`server:ws`,
 * `client:ws` or `ws` for both), probes it, and writes docs/stacks.json, docs/stacks.md and docs/stacks/.
 * What is not named keeps its last result; `--page` probes nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { installKit, type Kit } from '../test/stacks/kits.ts';
import { type Check, probeClient, probeServer, versionOf } from '../test/stacks/probe.ts';
import { clients, type Stack, servers } from '../test/stacks/stacks.ts';
import { type Measured, type Stacks, writeStacks } from './stacks/pages.ts';

const file = 'docs/stacks.json';
/** They mostly wait. */
const atATime = 5;

interface Job {
  readonly role: 'server' | 'client';
  readonly stack: Stack;
}

const names = process.argv.slice(2).filter((name) => name !== '--page');
const jobs: readonly Job[] = [
  ...servers.map((stack) => ({ role: 'server' as const, stack })),
  ...clients.map((stack) => ({ role: 'client' as const, stack })),
];
const chosen = process.argv.includes('--page') ? [] : jobs.filter(isNamed);
const measured = new Map<string, Measured>(Object.entries(readBefore()));
const unusable = new Set<Kit>();

for (const kit of new Set(chosen.map(({ stack }) => stack.kit))) install(kit);
const waiting = chosen.filter(({ stack }) => !unusable.has(stack.kit));
await Promise.all(Array.from({ length: atATime }, work));
save();
spawnSync('npx', ['--no-install', 'biome', 'format', '--write', file]);

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
      const { checks } = await (job.role === 'server' ? probeServer : probeClient)(job.stack);
      measured.set(keyOf(job), measuredOf(job.stack, checks));
      save();
      process.stdout.write(
        `${keyOf(job)}: ${checks.filter(({ verdict }) => verdict === 'fail').length} failed\n`,
      );
    } catch (error) {
      fail(`${keyOf(job)}: ${String(error)}`);
    }
  }
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

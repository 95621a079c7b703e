import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { folderOf } from './kits.ts';
import { type Stack, type Subprotocol, servers } from './stacks.ts';

const farewell = fileURLToPath(new URL('../../packages/cli/bin/farewell.js', import.meta.url));
const host = '127.0.0.1';
/** Longer than Ktor's idle timeout, which is 45 s, as the patience of the probe is by default. */
const patience = '50s';
/** A JVM on a busy machine; ms. */
const startTimeout = 60_000;

/** A check in the JSON of `farewell probe` (docs/reference/probe-json.md), as much of it as is used here. */
export interface Check {
  readonly id: string;
  readonly group: string;
  readonly level: 'must' | 'should' | 'practice';
  readonly title: string;
  readonly consequence: string;
  readonly verdict: 'pass' | 'fail' | 'cannot-tell' | 'not-applicable';
  readonly seen: string;
  readonly remedy: string | null;
}

interface Scorecard {
  readonly checks: readonly Check[];
}

/** What to leave out; default: everything is checked. */
export interface ProbeOptions {
  readonly only?: readonly string[];
  readonly patience?: string;
}

/** What a busy machine prevents: a judgement, or a client whose own timeout was shorter. */
const prevented = /^this machine was too busy|^no client came for it/;

/** All checks of a stack. What the machine was too busy for is played once more. Throws if the stack does not run. */
export async function probeStack(
  role: 'server' | 'client',
  stack: Stack,
): Promise<readonly Check[]> {
  const play = role === 'server' ? probeServer : probeClient;
  const { checks } = await play(stack);
  const only = checks.filter(({ seen }) => prevented.test(seen)).map(({ id }) => id);
  if (only.length === 0) return checks;
  const again = await play(stack, { only });
  return checks.map((check) => again.checks.find(({ id }) => id === check.id) ?? check);
}

/** Starts a server, probes it and stops it. Throws what it or the probe said if either fails. */
export async function probeServer(stack: Stack, options: ProbeOptions = {}): Promise<Scorecard> {
  await using server = await startServer(stack);
  const { path, closeBy, patience, notAsked } = stack.speaks ?? plainWebSocket;
  const url = `ws://${host}:${server.port}/${path}`;
  const pid = stack.proxy ? [] : ['--pid', String(server.pid)];
  const asked = ['--close-by', closeBy, ...pid, ...flags({ patience, ...options })];
  const { checks } = parse(await text(probe([url, ...asked]).stdout));
  return { checks: checks.map((check) => orNotAsked(check, notAsked[check.id])) };
}

const plainWebSocket: Subprotocol = {
  path: '',
  closeBy: 'close',
  patience,
  notAsked: {},
};

function orNotAsked(check: Check, why: string | undefined): Check {
  return why === undefined ? check : { ...check, verdict: 'not-applicable', seen: why };
}

/** Starts the probe as a server, and a client with a URL for each check. Throws if either fails. */
async function probeClient(stack: Stack, options: ProbeOptions = {}): Promise<Scorecard> {
  const port = await freePort();
  const listen = [
    '--listen',
    String(port),
    '--close-by',
    'close',
    ...flags({ patience, ...options }),
  ];
  const probing = probe(listen);
  const said = text(probing.stdout);
  await listening(port, probing);
  const urls = checksOf(listen).map((id) => `ws://${host}:${port}/${id}`);
  const folder = mkdtempSync(join(tmpdir(), 'farewell-stack-'));
  const client = run(stack, urls, { FOLDER: folder });
  try {
    return parse(await said);
  } finally {
    await kill(client);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function versionOf(stack: Stack): string {
  const cwd = folderOf(stack.kit);
  return execFileSync('sh', ['-c', stack.version], { cwd, encoding: 'utf8' })
    .trim()
    .replace(/^v/, '');
}

interface Running extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

async function startServer(stack: Stack): Promise<Running> {
  const behind = stack.proxy ? await startServer(backend()) : null;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'farewell-stack-'));
  const child = run(stack, [], {
    PORT: String(port),
    BACKEND: String(behind?.port),
    FOLDER: folder,
  });
  const running = {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await kill(child);
      rmSync(folder, { recursive: true });
      await behind?.[Symbol.asyncDispose]();
    },
  };
  try {
    await listening(port, child);
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

function backend(): Stack {
  const ws = servers.find(({ name }) => name === 'ws');
  if (!ws) throw new Error('no ws server to put behind a proxy');
  return ws;
}

/** The shell becomes the program by exec, so that the pid is the program's. */
function run(stack: Stack, args: readonly string[], variables: NodeJS.ProcessEnv): ChildProcess {
  return spawn('sh', ['-c', stack.start, stack.name, ...args], {
    cwd: folderOf(stack.kit),
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', process.env['STACKS_VERBOSE'] ? 'inherit' : 'ignore'],
  });
}

function probe(args: readonly string[]) {
  return spawn(process.execPath, [farewell, 'probe', '--json', ...args], {
    stdio: ['ignore', 'pipe', process.env['STACKS_VERBOSE'] ? 'inherit' : 'ignore'],
  });
}

function flags({ only, patience }: ProbeOptions): readonly string[] {
  const chosen = only ? ['--only', only.join(',')] : [];
  return patience ? [...chosen, '--patience', patience] : chosen;
}

/** The checks of clients. A connection to any other path would be taken for a client that comes back. */
function checksOf(listen: readonly string[]): readonly string[] {
  const said = execFileSync(process.execPath, [farewell, 'probe', '--list', '--json', ...listen], {
    encoding: 'utf8',
  });
  const { checks } = JSON.parse(said) as { checks: ReadonlyArray<{ id: string; of: string[] }> };
  return checks.filter(({ of }) => of.includes('client')).map(({ id }) => id);
}

function parse(json: string): Scorecard {
  if (json === '') throw new Error('farewell probe printed nothing: run with STACKS_VERBOSE=1');
  return JSON.parse(json) as Scorecard;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (const until = Date.now() + startTimeout; Date.now() < until; await sleep(100)) {
    if (child.exitCode !== null)
      throw new Error(`it ended with ${child.exitCode} before it listened`);
    if (await accepts(port)) return;
  }
  throw new Error(`nothing listened on port ${port} within ${startTimeout} ms`);
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.resetAndDestroy();
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

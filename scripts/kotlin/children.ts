import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const example = fileURLToPath(new URL('../../examples/ktor/', import.meta.url));

/** A JVM on a busy machine takes its time; ms. */
const startTimeout = 60_000;

/** A JVM that runs one of the example's programs. */
export interface Jvm extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<unknown>;
  line(text: string): void;
  kill(signal: NodeJS.Signals): void;
}

/** Starts it and waits for a line of its output. Throws what it printed if it ends before. */
export async function startJvm(args: readonly string[], ready: RegExp): Promise<Jvm> {
  const classpath = `${example}target/classes:${readFileSync(`${example}target/classpath`, 'utf8').trim()}`;
  const child = spawn('java', ['-XX:+UseSerialGC', '-cp', classpath, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const printed: string[] = [];
  const found = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        if (printed.length < 100) printed.push(line);
        if (ready.test(line)) resolve();
      });
  });
  await Promise.race([
    found,
    sleep(startTimeout, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`${args.join(' ')} was not ready:\n${printed.join('\n')}`)),
    ),
    ended.then(() => Promise.reject(new Error(`${args.join(' ')} ended:\n${printed.join('\n')}`))),
  ]);
  return {
    pid: child.pid ?? 0,
    ended,
    line: (text) => void child.stdin.write(`${text}\n`),
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: () => end(child, ended),
  };
}

/** Open descriptors, or null if the process has ended. */
export function descriptorsOf(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
}

/** tcpdump on `lo`, into a file; disposing of it ends the capture and waits until it is written. */
export async function capture(file: string, port: number): Promise<AsyncDisposable> {
  const args = [
    '-U',
    '-B',
    '16384',
    '-s',
    '256',
    '-i',
    'lo',
    '-w',
    file,
    'tcp',
    'port',
    String(port),
  ];
  const child = spawn('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stderr)) if (line.includes('listening on')) break;
  child.stderr.resume();
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

export function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: 256 << 20 });
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

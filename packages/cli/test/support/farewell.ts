import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The committed bin, which imports the build. */
export const bin = fileURLToPath(new URL('../../bin/farewell.js', import.meta.url));

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** As a shell shows it: 128 and the number of the signal, if one ended it. */
  readonly status: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What the program is started with, such as `setpriv`. */
  readonly wrapper?: readonly string[];
}

/** As an ordinary user, started by root. */
export const asNobody: readonly string[] = [
  'setpriv',
  '--reuid',
  '65534',
  '--regid',
  '65534',
  '--clear-groups',
];

const numbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Starts `farewell` without the environment's colour settings, in a pipe. */
export function start(
  args: readonly string[],
  { env = {}, wrapper = [] }: RunOptions = {},
): ChildProcess {
  const [command = '', ...rest] = [...wrapper, process.execPath, bin, ...args];
  const clean = { ...process.env, ...env };
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'COLUMNS']) if (!(name in env)) delete clean[name];
  return spawn(command, rest, { env: clean });
}

/** Runs `farewell` to its end. */
export async function farewell(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = start(args, options);
  // It may have ended without reading.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  return finished(child);
}

export async function finished(child: ChildProcess): Promise<Finished> {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { stdout: stdout(), stderr: stderr(), status: code ?? 128 + (numbers[signal ?? ''] ?? 0) };
}

function collect(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

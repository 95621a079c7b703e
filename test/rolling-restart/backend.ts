import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DrainOptions, DrainReport } from '@farewell/server';

/** A server process of ours, which listens. */
export interface Backend extends AsyncDisposable {
  /** SIGTERM. Fulfilled when it has exited. */
  stop(): Promise<Stopped>;
}

export interface Stopped {
  readonly exitCode: number;
  readonly report: DrainReport;
}

const program = fileURLToPath(new URL('server.ts', import.meta.url));
const node = ['--import', 'tsx', '--conditions', '@farewell/source', program];

export async function startBackend(port: number, drain: DrainOptions): Promise<Backend> {
  const args = [...node, String(port), JSON.stringify(drain)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  const first = await line();
  if (first !== 'listening') throw new Error(`Expected the server to listen, got: ${first}`);
  return {
    async stop() {
      child.kill('SIGTERM');
      const report = JSON.parse(await line()) as DrainReport;
      const [exitCode] = (await exited) as [number];
      return { exitCode, report };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Fulfilled with its exit code and its signal. */
  readonly exited: Promise<unknown[]>;
}

/** Runs a program of this folder, from source. */
export function runProgram(name: string, ...args: string[]): Program {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const command = ['--import', 'tsx', '--conditions', '@farewell/source', file, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    exited,
    line: async () => (await lines.next()).value ?? '(it ended)',
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

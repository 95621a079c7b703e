import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Facility } from './requires.ts';

/** WebSocket servers of other stacks, each with the same faults on command (test/peers). */
export interface Stack {
  readonly name: 'node' | 'python' | 'java';
  /** What the kernel calls the process. */
  readonly comm: RegExp;
  readonly needs: readonly Facility[];
  readonly command: readonly string[];
}

const peers = fileURLToPath(new URL('../peers/', import.meta.url));

export const stacks: readonly Stack[] = [
  {
    name: 'node',
    comm: /^(node|MainThread)$/,
    needs: [],
    command: [process.execPath, `${peers}node/server.js`],
  },
  {
    name: 'python',
    comm: /^python/,
    needs: ['python'],
    command: ['python3', `${peers}python/server.py`],
  },
  {
    name: 'java',
    comm: /^java$/,
    needs: ['java', 'java-websocket'],
    command: ['java', '-cp', `${peers}java/lib/*`, `${peers}java/Server.java`],
  },
];

export interface PeerServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Starts a stack's server and waits until it listens. `wrap`: a command in front of it, such as `prlimit`. */
export async function startPeer(stack: Stack, wrap: readonly string[] = []): Promise<PeerServer> {
  const [program = '', ...args] = [...wrap, ...stack.command];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const port = await Promise.race([
    listeningPort(child),
    exited.then(() => Promise.reject(new Error(`${stack.name} ended before it listened`))),
  ]);
  return {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('Expected a pipe from the server.');
  for await (const line of createInterface(child.stdout)) {
    const port = /^listening (\d+)$/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('The server closed its output before it listened.');
}

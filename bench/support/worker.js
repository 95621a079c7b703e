import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Starts a program that answers each line on its stdin by a line of JSON. A server prints `listening PORT`
 * first. It ends with this process.
 */
export async function start(program, args, nodeOptions = []) {
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  process.setMaxListeners(0).on('exit', () => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value ?? '';
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    return JSON.parse(await next());
  };
  const stop = () => child.kill('SIGKILL');
  if (!program.endsWith('server.js')) return { ask, stop };
  const port = Number(/^listening (\d+)$/.exec(await next())?.[1]);
  return { port, ask, stop };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAKER = fileURLToPath(
  new URL('../../../../bench/support/time-wait-population.js', import.meta.url),
);

/** A process in a network namespace of its own, with 18 sockets in TIME-WAIT and 2 established ones. */
export interface Population extends AsyncDisposable {
  readonly pid: number;
}

/** `sysctls`: written in that namespace before its sockets are made. Ports are 10000 to 65000 there. */
export async function populateNamespace(
  sysctls: Readonly<Record<string, number>>,
): Promise<Population> {
  const writes = Object.entries(sysctls).map(
    ([name, value]) => `echo ${value} > /proc/sys/${name}`,
  );
  const script = [...writes, 'exec "$0" "$1" --sockets 20'].join(' && ');
  const args = ['--user', '--map-root-user', '--net', 'sh', '-c', script, process.execPath, MAKER];
  const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('the namespace could not be populated'))),
  ]);
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

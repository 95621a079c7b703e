// One run of the bundle beside a few sockets, at the end of which V8's code of all that it needed is kept.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSockets } from './bundle-sockets.js';

/**
 * Keeps it in `dist`, beside the bundle, where there is none yet. Resolves to null, or to why there still is none:
 * a build is whole without it, and only starts more slowly.
 *
 * @param {string} dist
 * @returns {Promise<string | null>}
 */
export async function keepCode(dist) {
  const code = join(dist, 'bundle.code');
  // Where there is no loopback less code is kept, and no more than that.
  const endSockets = await openSockets().catch(() => () => {});
  const args = [join(dist, 'bundle-start.cjs'), 'why', '--for', '0', '--json'];
  const run = spawnSync(process.execPath, args, {
    env: { ...process.env, FAREWELL_KEEP_CODE: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: longestRun,
  });
  endSockets();
  return existsSync(code) ? null : endOf(run);
}

/** Ten times what it takes on a busy machine, ms. */
const longestRun = 10_000;

function endOf({ error, signal, status }) {
  if (error !== undefined) return error.message;
  return signal === null ? `it exited with ${status}` : `it was ended by ${signal}`;
}

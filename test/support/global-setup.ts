import { existsSync } from 'node:fs';

/** The command line's tests start the built program, so say at once when it was not built. */
export function setup(): void {
  if (!existsSync(new URL('../../packages/cli/dist/main.js', import.meta.url)))
    throw new Error('Expected packages/cli/dist/main.js to exist. Run `npm run build` first.');
}

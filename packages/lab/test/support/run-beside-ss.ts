import { fileURLToPath } from 'node:url';
import { type RunOutcome, runScenario } from '../../src/index.ts';
import { readSs, type SsSocket } from './ss.ts';

/** A scenario's outcome, and what `ss` said while its sockets were there. */
export interface BesideSs {
  readonly outcome: RunOutcome;
  readonly sockets: readonly SsSocket[];
}

/** Runs a scenario in its own namespace and reads the same table with `ss`. */
export async function runBesideSs(name: string): Promise<BesideSs> {
  let sockets: readonly SsSocket[] = [];
  const outcome = await runScenario(name, {
    whileLive: ({ result, stagePid }) => {
      sockets = readSs(stagePid, result.kernel.serverPort);
    },
  });
  return { outcome, sockets };
}

// As a program, for a test that needs another user: prints what it found.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name = ''] = process.argv;
  process.stdout.write(JSON.stringify(await runBesideSs(name)));
}

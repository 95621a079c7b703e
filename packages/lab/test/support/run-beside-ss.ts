import { fileURLToPath } from 'node:url';
import { type RunOutcome, runScenario } from '../../src/index.ts';
import { readNstat, readSs, type SsSocket } from './ss.ts';

/** A scenario's outcome, and what `ss` and `nstat` said while its sockets were there. */
export interface BesideSs {
  readonly outcome: RunOutcome;
  readonly sockets: readonly SsSocket[];
  /** By `nstat`. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Runs a scenario in its own namespace and reads the same table with `ss`, and the counters with `nstat`. */
export async function runBesideSs(name: string): Promise<BesideSs> {
  let sockets: readonly SsSocket[] = [];
  let counters: Readonly<Record<string, number>> = {};
  const outcome = await runScenario(name, {
    whileLive: (live) => {
      sockets = readSs(live);
      counters = readNstat(live);
    },
  });
  return { outcome, sockets, counters };
}

// As a program, for a test that needs another user: prints what it found.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name = ''] = process.argv;
  process.stdout.write(JSON.stringify(await runBesideSs(name)));
}

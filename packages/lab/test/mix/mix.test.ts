import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type VerdictId, verdictIds } from '@farewell/diagnosis';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { mixOf } from './mix.ts';
import { type Way, ways } from './ways.ts';

const run = promisify(execFile);
/** A failure is made again with FAREWELL_SEED. */
const seed = Number(process.env['FAREWELL_SEED'] ?? Date.now() % 1_000_000);
const mix = mixOf(seed);

/** About rates and limits: true of such a burst or not, but no count of how connections ended. */
const notAboutEnds: readonly VerdictId[] = [
  'short-lived-connections',
  'reconnect-storm',
  'port-exhaustion',
  'descriptor-exhaustion',
  'idle-cut',
  'listen-queue-overflow',
  'time-wait-overflow',
];

type Counts = readonly (readonly [id: VerdictId, count: number])[];

interface Answer {
  /** Null: without the privilege to trace. */
  readonly traced: Counts | null;
  readonly untraced: Counts;
}

describeWith(
  ['linux', 'root', 'namespaces', 'tracefs'],
  `a random mix, seed ${seed}, as root`,
  () => {
    it('each verdict counts what was done, with the kernel trace and without it', async () => {
      const { traced, untraced } = await play([]);
      expect(byId(untraced), `FAREWELL_SEED=${seed}`).toEqual(expected('untraced'));
      expect(traced).not.toBeNull();
      expect(byId(traced ?? []), `FAREWELL_SEED=${seed}`).toEqual(expected('traced'));
    });
  },
);

describeWith(
  ['linux', 'namespaces', 'setpriv'],
  `a random mix, seed ${seed}, as an ordinary user`,
  () => {
    it('each verdict counts what was done, as far as the table tells', async () => {
      const user = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
      const { traced, untraced } = await play(user);
      expect(traced).toBeNull();
      expect(byId(untraced), `FAREWELL_SEED=${seed}`).toEqual(expected('untraced'));
    });
  },
);

async function play(wrapper: readonly string[]): Promise<Answer> {
  const script = fileURLToPath(new URL('./main.ts', import.meta.url));
  const node = [process.execPath, '--import', 'tsx', '--conditions', '@farewell/source'];
  const isolated = ['unshare', '--user', '--map-root-user', '--net', '--'];
  const [command, ...args] = [...wrapper, ...isolated, ...node, script, String(seed)];
  const { stdout } = await run(command ?? '', args, { timeout: 50_000 });
  return JSON.parse(stdout) as Answer;
}

/** Both services of the port, the clients' and the server's, added up. */
function byId(counts: Counts): Partial<Record<VerdictId, number>> {
  const sums: Partial<Record<VerdictId, number>> = {};
  for (const [id, count] of counts)
    if (!notAboutEnds.includes(id)) sums[id] = (sums[id] ?? 0) + count;
  return sums;
}

function expected(how: 'traced' | 'untraced'): Partial<Record<VerdictId, number>> {
  const counts = verdictIds.map((id) => {
    const of = mix.map((name) => {
      const { traced, untraced }: Way = ways[name];
      return (untraced[id] ?? 0) + (how === 'traced' ? (traced[id] ?? 0) : 0);
    });
    return [id, of.reduce((sum, each) => sum + each, 0)] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/**
 * A table taken elsewhere is explained as the live one is: real sockets, each stuck in its own way, seen
 * once by `farewell why` itself and once by `ss`, `cat` and `netstat`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeWith, type Facility } from './support/requires.ts';
import { makeStuckSockets } from './support/stuck-sockets.ts';

const cli = fileURLToPath(new URL('../packages/cli/bin/farewell.js', import.meta.url));

interface Verdict {
  readonly id: string;
  readonly severity: string;
  readonly confidence: string;
  readonly count: number;
  readonly port: number | null;
  readonly destination: string | null;
}

interface Answer {
  readonly verdicts: readonly Verdict[];
  readonly tcpStates: Readonly<Record<string, unknown>>;
}

/** What the stuck sockets of test/support/stuck-sockets.ts are, three of each. */
const faults = [
  'close-wait-leak',
  'fin-blocked-by-reader',
  'fin-unanswered',
  'fin-wait-2-held',
  'fin-wait-2-orphan',
  'half-open-peer-gone',
  'slow-consumer',
  'time-wait-on-client',
  'time-wait-on-server',
];

interface Text {
  readonly name: string;
  readonly needs: readonly Facility[];
  readonly take: () => string;
  /** What of a verdict the text holds the facts for; null: the verdict as a whole is beyond it. */
  readonly tells: (verdict: Verdict) => unknown;
}

const whatAndWhere = ({ id, count, port, destination }: Verdict): unknown => ({
  id,
  count,
  port,
  destination,
});

const texts: readonly Text[] = [
  {
    name: '`ss -tanoie`',
    needs: ['ss'],
    take: () => output('ss', ['-tanoie']),
    tells: (verdict) => verdict,
  },
  {
    // No ages of CLOSE-WAIT and FIN-WAIT-2 there, so they are less sure.
    name: '/proc/net/tcp and tcp6',
    needs: [],
    take: () => ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'utf8')).join(''),
    tells: whatAndWhere,
  },
  {
    name: '`netstat -tanoe`',
    needs: ['netstat'],
    take: () => output('netstat', ['-tanoe']),
    tells: whatAndWhere,
  },
  {
    // Neither timers nor inodes: what retransmits, probes or has lost its process cannot be told.
    name: '`netstat -an`',
    needs: ['netstat'],
    take: () => output('netstat', ['-an']),
    tells: (verdict) =>
      ['close-wait-leak', 'time-wait-on-client', 'time-wait-on-server'].includes(verdict.id)
        ? whatAndWhere(verdict)
        : null,
  },
];

for (const text of texts)
  describeWith(['linux', ...text.needs], `why --from, given ${text.name}`, () => {
    test('gives the verdicts that why gives live, as far as the text holds the facts', async () => {
      await using stuck = await makeStuckSockets(3);
      const target = `:${stuck.port}`;
      await until(() => faults.every((id) => idsOf(live(target)).includes(id)));
      const { before, taken } = takenBetween(target, text.take);
      const told = explained(target, taken);
      expect([...new Set(idsOf(before))].sort()).toEqual(faults);
      expect(told.tcpStates).toEqual(before.tcpStates);
      expect(sorted(told.verdicts.map(text.tells))).toEqual(
        sorted(before.verdicts.map(text.tells)),
      );
    });
  });

/** The text, and the live answer, which was the same before and after it was taken. */
function takenBetween(target: string, take: () => string): { before: Answer; taken: string } {
  for (;;) {
    const before = live(target);
    const taken = take();
    if (JSON.stringify(live(target)) === JSON.stringify(before)) return { before, taken };
  }
}

function live(target: string): Answer {
  return answer(['why', target, '--for', '0', '--json'], '');
}

function explained(target: string, text: string): Answer {
  return answer(['why', target, '--from', '-', '--json'], text);
}

function answer(args: readonly string[], input: string): Answer {
  const { verdicts, tcpStates } = JSON.parse(output(process.execPath, [cli, ...args], input));
  return {
    tcpStates,
    verdicts: verdicts.map(({ id, severity, confidence, count, port, destination }: Verdict) => ({
      id,
      severity,
      confidence,
      count,
      port,
      destination,
    })),
  };
}

function idsOf({ verdicts }: Answer): string[] {
  return verdicts.map(({ id }) => id);
}

function sorted(told: readonly unknown[]): string[] {
  return told.flatMap((each) => (each === null ? [] : JSON.stringify(each))).sort();
}

function output(command: string, args: readonly string[], input = ''): string {
  return spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
}

/** The kernel's timers take their time; the test's own limit bounds the wait. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 100));
}

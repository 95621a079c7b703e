import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sharedVerdictIds } from '@farewell/diagnosis';
import { listScenarios, runScenario, type ScenarioResult } from '@farewell/lab';
import { expect, test } from 'vitest';
import { descendantsOf } from '../../../../test/support/processes.ts';
import { describeWith } from '../../../../test/support/requires.ts';
import type { Explained } from '../../src/explain/explained.ts';
import { explainBytes } from './support/explain-segments.ts';

/** ms. A scenario takes 2 to 30 s; the machine may be busy. */
const longest = 240_000;

/** Where packets cannot count the TIME-WAITs that the kernel's table has, and why. */
const uncounted: Readonly<Record<string, string>> = {
  'time-wait-overflow': 'the kernel throws away those above tcp_max_tw_buckets, without a packet',
  'idle-cut-nginx':
    'towards the server it is nginx that holds them, not the client of the scenario',
};

/** Verdicts of the table that the packets of a scenario contradict, and why. */
const onlyTheHostSees: Readonly<Record<string, string>> = {
  // The acknowledgment is on the wire; a filter drops it behind the place where packets are captured.
  'final-ack-lost': 'fin-unanswered',
  // In less than a second of silence no timeout on the way shows; the host sees several die at the same age.
  'idle-cut-reset': 'idle-cut',
  'idle-cut-nginx': 'idle-cut',
};

/** The other way round: what the wire shows and the table's rule leaves to another verdict. */
const onlyPacketsSay: Readonly<Record<string, string>> = {
  // The side that has sent FIN does not read: its window is closed, which is why the other cannot close.
  'fin-while-data-unsent': 'slow-consumer',
  // A FIN that waits behind a closed window is not on the wire: the table has fin-blocked-by-reader.
  'zero-window-at-close': 'slow-consumer',
};

describeWith(
  ['linux', 'root', 'namespaces', 'tcpdump'],
  'what packets say of a lab scenario is what the kernel says',
  () => {
    test.each(listScenarios())(
      '$name',
      async ({ name }) => {
        const { result, all } = await runCaptured(name);
        expect(result.disagreements).toEqual([]);
        const { serverPort } = result.kernel;
        const own = all.filter(({ connection }) => connection.server.port === serverPort);
        expect(own.length).toBeGreaterThan(0);
        const { client, server } = result.kernel;
        const kept = { client: client['TIME-WAIT'] ?? 0, server: server['TIME-WAIT'] ?? 0 };
        if (uncounted[name] === undefined) expect(timeWaits(own)).toEqual(kept);
        const given = sharedVerdicts(own.flatMap(({ verdicts }) => verdicts));
        const expected = sharedVerdicts(result.verdicts);
        expect(given.filter((id) => id !== onlyPacketsSay[name])).toEqual(
          expected.filter((id) => id !== onlyTheHostSees[name]),
        );
      },
      longest,
    );
  },
);

/** Those that both the table and packets can give. */
function sharedVerdicts(verdicts: readonly { readonly id: string }[]): readonly string[] {
  return sharedVerdictIds.filter((shared) => verdicts.some(({ id }) => id === shared));
}

/** A port pair that was used again had its TIME-WAIT reopened: only the last connection counts. */
function timeWaits(explained: readonly Explained[]): { client: number; server: number } {
  const last = new Map(explained.map((each) => [each.connection.client.port, each]));
  const holders = [...last.values()].map(({ tcp }) => tcp.timeWait);
  const count = (role: string): number =>
    holders.filter((holder) => holder === role || holder === 'both').length;
  return { client: count('client'), server: count('server') };
}

/** Runs a scenario while tcpdump captures in its network namespace. */
async function runCaptured(name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-lab-capture-'));
  const file = join(folder, 'lab.pcap');
  const captures: ChildProcess[] = [];
  const before = new Set(descendantsOf(process.pid));
  try {
    let result: ScenarioResult | null = null;
    await runScenario(name, {
      onPhase: (phase) => {
        if (phase === 'starting') captures.push(captureBeforeItGoesOn(file, before));
      },
      whileLive: async (live) => {
        result = live.result;
        showHowLongItWent(live.stagePid);
        await untilKnockIsIn(file);
        for (const capture of captures) await ended(capture);
      },
    });
    if (result === null) throw new Error(`Expected ${name} to run`);
    return { result: result as ScenarioResult, all: explainBytes(readFileSync(file)) };
  } finally {
    keepIfWanted(file, name);
    rmSync(folder, { recursive: true });
  }
}

/** With FAREWELL_KEEP_CAPTURES=FOLDER the captures stay there: scripts/random-verdicts.ts looks at them. */
function keepIfWanted(file: string, name: string): void {
  const folder = process.env['FAREWELL_KEEP_CAPTURES'];
  if (folder !== undefined && sizeOf(file) > 0) copyFileSync(file, join(folder, `${name}.pcap`));
}

/** The stage waits until tcpdump listens: it has written the file's header by then. */
function captureBeforeItGoesOn(file: string, before: ReadonlySet<number>): ChildProcess {
  const fresh = descendantsOf(process.pid).filter((pid) => !before.has(pid));
  const stage = fresh.find((pid) => nameOf(pid) === 'farewell-lab');
  if (stage === undefined) throw new Error('Expected the stage to run');
  process.kill(stage, 'SIGSTOP');
  // Only the network namespace: in the stage's user namespace tcpdump could not keep its user.
  const enter = ['--target', String(stage), '--net'];
  // Not in immediate mode, in which it loses packets of a storm: capturer.ts.
  const tcpdump = ['tcpdump', '-i', 'lo', '-U', '-B', '32768', '-Z', 'root', '-w', file, 'tcp'];
  const capture = spawn('nsenter', [...enter, ...tcpdump], { stdio: 'ignore' });
  const timer = setInterval(() => {
    if (sizeOf(file) < 24) return;
    clearInterval(timer);
    process.kill(stage, 'SIGCONT');
  }, 5);
  capture.on('exit', () => {
    clearInterval(timer);
    if (sizeOf(file) < 24) process.kill(stage, 'SIGCONT');
  });
  return capture;
}

/** A SYN to a port where nobody listens: a later packet, without which silence could not be told from the end. */
function showHowLongItWent(stage: number): void {
  const knock = ['bash', '-c', 'echo > /dev/tcp/127.0.0.1/9'];
  spawnSync('nsenter', ['--target', String(stage), '--net', ...knock], { stdio: 'ignore' });
}

/** Until tcpdump has written it: what it has not read when it is told to end is lost. */
async function untilKnockIsIn(file: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const all = explainBytes(readFileSync(file));
    if (all.some(({ connection }) => connection.server.port === 9)) return;
    await pause(20);
  }
  throw new Error('Expected tcpdump to write the last packet within 20 s');
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return ''; // it has ended
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function ended(capture: ChildProcess): Promise<void> {
  if (capture.exitCode !== null) throw new Error(`tcpdump ended with ${capture.exitCode}`);
  const exit = once(capture, 'exit');
  capture.kill('SIGINT');
  await exit;
}

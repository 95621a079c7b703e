import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SocketState } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import type { Counts, Run, Sample, Side, VerdictSeen } from './experiments.ts';

const farewell = fileURLToPath(new URL('../../packages/cli/bin/farewell.js', import.meta.url));

/** As much of the JSON of `farewell why` as is used here (docs/reference/why-json.md). */
interface WhyJson {
  readonly observedAt: number;
  readonly tcpStates: Readonly<Record<SocketState, Readonly<Record<Side, number>>>>;
  readonly verdicts: readonly VerdictSeen[];
}

export interface Watched {
  readonly samples: readonly Sample[];
  readonly verdicts: readonly VerdictSeen[];
}

/** `farewell why :PORT --watch --json`, one answer a second, until it is stopped. */
export function watchWhy(port: number, startedAt: number): { stop(): Promise<Watched> } {
  const options = ['--watch', '--for', '1s', '--no-trace', '--json'];
  const child = spawn(process.execPath, [farewell, 'why', `:${port}`, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answers: WhyJson[] = [];
  const read = createInterface(child.stdout).on('line', (line) => {
    answers.push(JSON.parse(line) as WhyJson);
  });
  const ended = once(read, 'close');
  return {
    async stop() {
      child.kill('SIGINT');
      await ended;
      return {
        samples: answers.map((answer) => sampleOf(answer, startedAt)),
        verdicts: (answers.at(-1)?.verdicts ?? []).map(({ id, severity, count, summary }) => {
          return { id, severity, count, summary };
        }),
      };
    },
  };
}

function sampleOf({ observedAt, tcpStates }: WhyJson, startedAt: number): Sample {
  const side = (which: Side): Counts[Side] =>
    Object.fromEntries(
      Object.entries(tcpStates)
        .filter(([tcpState, count]) => tcpState !== 'LISTEN' && count[which] > 0)
        .map(([tcpState, count]) => [tcpState, count[which]]),
    );
  return { at: observedAt - startedAt, counts: { client: side('client'), server: side('server') } };
}

const between = 250;

/** Looks every 250 ms which sockets of the port are in TIME-WAIT, and says how long each was that has gone. */
export function watchTimeWait(port: number): { stop(): Run['timeWait'] } {
  const namespace = openNamespace({ kind: 'own' });
  const since = new Map<string, number>();
  const durations: number[] = [];
  const look = (): void => {
    const now = Date.now();
    const there = new Set(
      namespace
        .readTable({ tcpInfo: false })
        .rows.filter((row) => row.tcpState === 'TIME-WAIT')
        .filter((row) => row.localPort === port || row.remotePort === port)
        .map((row) => `${row.localPort}-${row.remotePort}`),
    );
    for (const key of there) if (!since.has(key)) since.set(key, now);
    for (const [key, at] of since) {
      if (there.has(key)) continue;
      durations.push(now - at);
      since.delete(key);
    }
  };
  const timer = setInterval(look, between);
  return {
    stop() {
      clearInterval(timer);
      namespace[Symbol.dispose]();
      durations.sort((one, other) => one - other);
      const median = durations[durations.length >> 1];
      const max = durations.at(-1);
      if (median === undefined || max === undefined) return null;
      return { count: durations.length, median, max };
    },
  };
}

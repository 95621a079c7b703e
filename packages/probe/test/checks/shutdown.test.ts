import { describe, expect, test } from 'vitest';
import { shutdownChecks } from '../../src/checks/shutdown.ts';
import { listenRawPeer, type RawServer } from '../../src/raw-server.ts';
import type { CheckResult } from '../../src/run/run-checks.ts';
import { type RunShutdownOptions, runShutdown } from '../../src/run/run-shutdown.ts';
import type { Step } from '../../src/script.ts';
import { short } from '../support/run-check.ts';
import {
  close,
  fin,
  gotClose,
  httpServer,
  pause,
  reset,
  server,
} from '../support/scripted-peers.ts';

const open = server([]);
/** The polite clients, and the mute one behind them. */
const clients = 9;

interface Stop {
  /** What each connection does when the server is told to stop, by its number. */
  readonly steps: (index: number) => readonly Step[];
  /** What the mute client's connection does instead. */
  readonly mute: readonly Step[];
  readonly latecomers: 'served' | 'refused';
  /** When the process is gone, ms after the signal; null: it stays. */
  readonly goneAfter: number | null;
}

const byTheBook: Stop = {
  steps: (index) => [close(1001, `retry-after=${index}`), gotClose, fin],
  mute: [close(1001), pause(50), reset],
  latecomers: 'refused',
  goneAfter: 350,
};

/** All checks of a stop, played against the server at that port. */
function runAgainst(
  port: number,
  process: Pick<RunShutdownOptions, 'stop' | 'isAlive'>,
): Promise<readonly CheckResult[]> {
  return runShutdown(
    { url: new URL(`ws://127.0.0.1:${port}/`) },
    {
      checks: shutdownChecks,
      limits: short,
      readSockets: null,
      signal: new AbortController().signal,
      ...process,
    },
  );
}

async function verdicts(stop: Stop): Promise<Readonly<Record<string, string>>> {
  const unavailable = httpServer('HTTP/1.1 503 Service Unavailable');
  await using listening = await listenRawPeer((index) =>
    index >= clients && stop.latecomers === 'refused' ? unavailable : open,
  );
  let stoppedAt = Number.POSITIVE_INFINITY;
  const results = await runAgainst(listening.port, {
    stop: () => {
      stoppedAt = performance.now();
      perform(listening, stop);
    },
    isAlive: () => stop.goneAfter === null || performance.now() < stoppedAt + stop.goneAfter,
  });
  return Object.fromEntries(results.map(({ check, judgement }) => [check.id, judgement.verdict]));
}

function perform({ peers }: RawServer, { steps, mute }: Stop): void {
  for (const [index, peer] of peers.slice(0, clients).entries())
    peer.perform(...(index === clients - 1 ? mute : steps(index)));
}

const passed = Object.fromEntries(shutdownChecks.map(({ id }) => [id, 'pass']));

test('a server that stops by the book passes all of them', async () => {
  expect(await verdicts(byTheBook)).toEqual(passed);
});

test.each<readonly [failed: string, stop: Partial<Stop>, others: object]>([
  [
    'stop-sends-close',
    { steps: (index) => [pause(50 * index), fin] },
    { 'stop-code-says-why': 'cannot-tell', 'stop-waits-for-answers': 'cannot-tell' },
  ],
  [
    'stop-code-says-why',
    { steps: (index) => [close(1000, `retry-after=${index}`), gotClose, fin] },
    {},
  ],
  ['stop-spreads-returns', { steps: () => [close(1001), gotClose, fin] }, {}],
  [
    'stop-waits-for-answers',
    { steps: (index) => [close(1001, `retry-after=${index}`), gotClose, pause(20), reset] },
    {},
  ],
  ['stop-turns-new-clients-away', { latecomers: 'served' }, {}],
  ['stop-gives-mute-client-up', { mute: [close(1001)] }, {}],
  ['stop-ends-in-time', { goneAfter: null }, {}],
])('%s is failed by a server that does all the rest', async (failed, stop, others) => {
  expect(await verdicts({ ...byTheBook, ...stop })).toEqual({
    ...passed,
    ...others,
    [failed]: 'fail',
  });
});

async function judged(steps: Stop['steps']): Promise<string | undefined> {
  const { 'stop-spreads-returns': verdict } = await verdicts({ ...byTheBook, steps });
  return verdict;
}

describe('stop-spreads-returns', () => {
  test('is passed by a server that closes one connection after the other', async () => {
    expect(await judged((index) => [pause(40 * index), close(1001), gotClose, fin])).toBe('pass');
  });

  test('is failed by one that asks all for the same delay', async () => {
    expect(await judged(() => [close(1001, 'retry-after=5'), gotClose, fin])).toBe('fail');
  });

  test('is failed by one that ends all connections at once without Close', async () => {
    expect(await judged(() => [fin])).toBe('fail');
  });

  test('cannot tell of one that lets nobody go', async () => {
    expect(await judged(() => [])).toBe('cannot-tell');
  });
});

describe('a server that lets nobody in is not stopped, and said to be so', () => {
  test.each([
    ['HTTP error', httpServer('HTTP/1.1 503 Service Unavailable'), /gave: HTTP\/1.1 503 Service/],
    ['no answer', { name: 'mute', steps: [], reflexes: { handshake: 'never' } }, /^no answer to/],
  ] as const)('%s', async (_, script, seen) => {
    await using listening = await listenRawPeer(() => script);
    let stopped = false;
    const results = await runAgainst(listening.port, {
      stop: () => {
        stopped = true;
      },
      isAlive: () => true,
    });
    expect(stopped).toBe(false);
    expect(results).toHaveLength(shutdownChecks.length);
    for (const { judgement } of results)
      expect(judgement).toMatchObject({
        verdict: 'cannot-tell',
        seen: expect.stringMatching(seen),
      });
  });
});

import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { checks } from '../../src/checks/all.ts';
import { listenRawPeer } from '../../src/raw-server.ts';
import { type RunChecksOptions, runChecks } from '../../src/run/run-checks.ts';
import { short, unreadable } from '../support/run-check.ts';
import { answering, server } from '../support/scripted-peers.ts';

const some = checks.filter(({ id }) => id.startsWith('close-1000') || id.startsWith('close-30'));

function options(parts: Partial<RunChecksOptions> = {}): RunChecksOptions {
  return {
    checks: some,
    limits: short,
    closeBy: null,
    readSockets: null,
    signal: new AbortController().signal,
    ...parts,
  };
}

function at(port: number): { url: URL } {
  return { url: new URL(`ws://127.0.0.1:${port}/`) };
}

test('results are in the order of the checks, and each is told as it comes', async () => {
  await using peer = await listenRawPeer(() => answering(1000));
  const told: string[] = [];
  const results = await runChecks(
    at(peer.port),
    options({ onResult: ({ check }) => told.push(check.id) }),
  );
  expect(results.map(({ check }) => check.id)).toEqual(some.map(({ id }) => id));
  expect(told.sort()).toEqual(some.map(({ id }) => id).sort());
});

test('a failure while this process was too busy is repeated, and then cannot be told', async () => {
  await using peer = await listenRawPeer(() => server([]));
  const [result] = await runChecks(
    at(peer.port),
    options({ checks: some.slice(0, 1), lagTolerance: -1 }),
  );
  expect(result).toMatchObject({
    repeated: true,
    judgement: {
      verdict: 'cannot-tell',
      seen: expect.stringMatching(/^this machine was too busy to tell, twice: no Close within/),
    },
  });
  expect(peer.peers).toHaveLength(2);
});

test('a pass counts however busy this process was', async () => {
  await using peer = await listenRawPeer(() => answering(1000));
  const [result] = await runChecks(
    at(peer.port),
    options({ checks: some.slice(0, 1), lagTolerance: -1 }),
  );
  expect(result).toMatchObject({ repeated: false, judgement: { verdict: 'pass' } });
});

test('a check that needs a message to close is not applicable without one', async () => {
  const needy = checks.filter(({ needs }) => needs === 'close-by');
  const results = await runChecks(at(1), options({ checks: needy }));
  expect(new Set(results.map(({ judgement }) => judgement.verdict))).toEqual(
    new Set(['not-applicable']),
  );
});

test('a target that cannot be reached is told for each check', async () => {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const [result] = await runChecks(at(port), options());
  expect(result?.judgement).toMatchObject({
    verdict: 'cannot-tell',
    seen: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a socket table that cannot be read is told for each check', async () => {
  await using peer = await listenRawPeer(() => answering(1000));
  const results = await runChecks(at(peer.port), options({ readSockets: unreadable }));
  expect(new Set(results.map(({ judgement }) => judgement.seen))).toEqual(
    new Set(["this machine's sockets cannot be read: no descriptor left"]),
  );
});

test('an abort ends it with the reason, and leaves no connection', async () => {
  await using peer = await listenRawPeer(() => server([]));
  const controller = new AbortController();
  const running = runChecks(
    at(peer.port),
    options({ signal: controller.signal, limits: { answer: 60_000, patience: 60_000 } }),
  );
  const first = await peer.next();
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  await first.ended;
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { checks } from '../../src/checks/all.ts';
import { connectRawPeer } from '../../src/raw-peer.ts';
import { type RunClientChecksOptions, runClientChecks } from '../../src/run/run-client-checks.ts';
import { generous, unreadable } from '../support/run-check.ts';
import { client } from '../support/scripted-peers.ts';

const one = checks.filter(({ id }) => id === 'close-1000-with-reason-answered');
const polite = client([], { close: 'at-once' });
const host = '127.0.0.1';

function options(parts: Partial<RunClientChecksOptions>): RunClientChecksOptions {
  return {
    host,
    port: 0,
    checks: one,
    limits: generous,
    closeBy: null,
    readSockets: null,
    signal: new AbortController().signal,
    ...parts,
  };
}

/** Starts a run, and resolves once it listens. */
async function listening(parts: Partial<RunClientChecksOptions> = {}) {
  let running: ReturnType<typeof runClientChecks> | null = null;
  const port = await new Promise<number>((onListening, reject) => {
    running = runClientChecks(options({ ...parts, onListening }));
    running.catch(reject);
  });
  if (running === null) throw new Error('no run');
  return { port, running: running as ReturnType<typeof runClientChecks> };
}

test('a socket table that cannot be read is told, and is not taken for a client that never came', async () => {
  const { port, running } = await listening({ readSockets: unreadable });
  await using _ = await connectRawPeer(polite, { host, port });
  const [result] = await running;
  expect(result?.judgement).toMatchObject({
    verdict: 'cannot-tell',
    seen: "this machine's sockets cannot be read: no descriptor left",
  });
});

test('a client that connects and says nothing does not keep it from ending', async () => {
  const { port, running } = await listening();
  const silent = connect({ host, port }).on('error', () => {});
  await once(silent, 'connect');
  const ended = new Promise((resolve) => silent.once('close', resolve));
  await using _ = await connectRawPeer(polite, { host, port });
  const [result] = await running;
  expect(result?.judgement.verdict).toBe('pass');
  await ended;
});

test.each(['before it listens', 'while it listens'])('an abort %s ends it', async (when) => {
  const controller = new AbortController();
  const reason = new Error('enough');
  if (when === 'before it listens') controller.abort(reason);
  const running = runClientChecks(
    options({ signal: controller.signal, onListening: () => controller.abort(reason) }),
  );
  await expect(running).rejects.toBe(reason);
});

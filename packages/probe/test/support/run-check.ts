import { openNamespace } from '@farewell/evidence';
import type { Check, Limits } from '../../src/checks/check.ts';
import { connectRawPeer, type RawPeer } from '../../src/raw-peer.ts';
import { listenRawPeer } from '../../src/raw-server.ts';
import { type CheckResult, runChecks } from '../../src/run/run-checks.ts';
import { type ClientCheck, runClientChecks } from '../../src/run/run-client-checks.ts';
import type { ReadSockets } from '../../src/run/socket-watch.ts';
import type { Script } from '../../src/script.ts';

/** For peers that do what they have to, at once: nothing is waited for to the end. */
export const generous: Limits = limits(3_000, 6_000);
/** For peers that fail, so that the wait for what does not come is short. */
export const short: Limits = limits(300, 500);

function limits(answer: number, patience: number): Limits {
  const bound = patience - 100;
  const bounds = { closing: bound, heartbeat: bound, opening: bound, stopping: bound };
  return { answer, patience, bounds };
}

/** What a check says of a scripted server; `scriptOf` gives the script of the n-th connection, from 0. */
export async function checkServer(
  check: Check,
  scriptOf: (index: number) => Script,
  limits: Limits,
): Promise<CheckResult> {
  await using server = await listenRawPeer(scriptOf);
  const [result] = await runChecks(
    { url: new URL(`ws://127.0.0.1:${server.port}/`) },
    {
      checks: [check],
      limits,
      closeBy: 'please close',
      readSockets,
      lagTolerance: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
    },
  );
  if (result === undefined) throw new Error(`${check.id} gave no result`);
  return result;
}

/** What a check says of a scripted client, which connects once for each of `visits`. */
export async function checkClient(
  check: ClientCheck,
  visits: ReadonlyArray<{ readonly script: Script; readonly after?: number }>,
  limits: Limits,
): Promise<CheckResult> {
  let opened: (port: number) => void = noPort;
  const port = new Promise<number>((resolve) => {
    opened = resolve;
  });
  const running = runClientChecks({
    host: '127.0.0.1',
    port: 0,
    checks: [check],
    limits,
    closeBy: 'please close',
    readSockets,
    lagTolerance: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    onListening: (port) => opened(port),
  });
  const peers: RawPeer[] = [];
  for (const { script, after = 0 } of visits) {
    await new Promise((resolve) => setTimeout(resolve, after));
    const peer = await connectRawPeer(script, { host: '127.0.0.1', port: await port });
    peers.push(peer);
    if (visits.length > 1) await peer.ended;
  }
  const [result] = await running;
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  if (result === undefined) throw new Error(`${check.id} gave no result`);
  return result;
}

/** This machine's table; elsewhere than on Linux there is none, and the checks do without. */
const readSockets: ReadSockets | null =
  process.platform === 'linux'
    ? async () => {
        using reader = openNamespace({ kind: 'own' });
        return reader.readTable({ tcpInfo: false }).rows;
      }
    : null;

/** A table that cannot be read. */
export const unreadable: ReadSockets = () => Promise.reject(new Error('no descriptor left'));

function noPort(): void {}

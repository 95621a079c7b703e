import { promisify } from 'node:util';
import { cannotTell, type Judgement, type Limits } from '../checks/check.ts';
import type { LateAttempt, Shutdown, ShutdownCheck } from '../checks/shutdown.ts';
import { afterOpening } from '../checks/steps.ts';
import { atEarliest, httpStatus, type Transcript } from '../checks/transcript.ts';
import type { RawPeer } from '../raw-peer.ts';
import type { Reflexes } from '../script.ts';
import { type Grounds, isSure, lagTolerance } from './doubt.ts';
import { LagMeter } from './lag-meter.ts';
import { NotPlayed } from './not-played.ts';
import { type OpeningOptions, openingAnswer } from './opening-answer.ts';
import { connectTo, endsOf, transcriptOf } from './play-script.ts';
import { type CheckResult, notOpened } from './run-checks.ts';
import { type ReadSockets, SocketWatch } from './socket-watch.ts';
import { addressOf, type ProbeTarget } from './target.ts';

export interface RunShutdownOptions {
  readonly checks: readonly ShutdownCheck[];
  readonly limits: Limits;
  readonly readSockets: ReadSockets | null;
  readonly signal: AbortSignal;
  /** Tells the server to stop. */
  readonly stop: () => void;
  /** Whether its process lives. */
  readonly isAlive: () => boolean;
}

const sleep = promisify(setTimeout);

/** Enough to see a difference between clients, few enough for any server. */
const politeClients = 8;
const attemptEvery = 250;
const mostAttempts = 40;

/**
 * Opens connections, stops the server and watches what becomes of them. If they cannot be opened it is not stopped,
 * and no check can tell. Rejects with the signal's reason.
 */
export async function runShutdown(
  target: ProbeTarget,
  options: RunShutdownOptions,
): Promise<readonly CheckResult[]> {
  using watch = options.readSockets ? new SocketWatch(options.readSockets) : null;
  await using clients = new Clients();
  try {
    await clients.openAll({ target, watch, ...options });
    using lag = new LagMeter();
    const startedAt = performance.now();
    const shutdown = await stopAndWatch(target, options, clients);
    // All checks judge this one stop, and some of them what is due at once.
    const wasLate = lag.worstSince(startedAt) > lagTolerance({ pace: 'fast' }, options.limits);
    return options.checks.map((check) => ({
      check,
      judgement: judgeStop(check, shutdown, { limits: options.limits, wasLate }),
      transcript: check.shows(shutdown),
      repeated: false,
    }));
  } catch (error) {
    if (!(error instanceof NotPlayed)) throw error;
    const judgement = cannotTell(error.message);
    return options.checks.map((check) => ({ check, judgement, transcript: null, repeated: false }));
  }
}

/** A stop happens once: what a busy machine hides cannot be repeated. */
function judgeStop(
  check: ShutdownCheck,
  shutdown: Shutdown,
  { limits, wasLate }: Pick<Grounds, 'limits' | 'wasLate'>,
): Judgement {
  const { polite, mute } = shutdown;
  const judgement = check.judge(shutdown, limits);
  const early = { ...shutdown, polite: polite.map(atEarliest), mute: atEarliest(mute) };
  const earliest = check.judge(early, limits);
  const transcripts = [...polite, mute];
  if (isSure(judgement, { earliest, transcripts, limits, wasLate })) return judgement;
  return cannotTell(`this machine was too busy to tell: ${judgement.seen}`);
}

async function stopAndWatch(
  target: ProbeTarget,
  options: RunShutdownOptions,
  clients: Clients,
): Promise<Shutdown> {
  const stoppedAt = performance.now();
  options.stop();
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const attempting = attempt(target, stoppedAt, { within: options.limits.answer, signal });
  const goneAt = await untilGone(options, stoppedAt, clients);
  over.abort();
  const transcripts = await clients.finish(stoppedAt);
  const attempts = await attempting;
  options.signal.throwIfAborted();
  const mute = transcripts.at(-1);
  if (mute === undefined) throw new Error('Expected a mute client among the transcripts');
  return {
    polite: transcripts.slice(0, -1),
    mute,
    // What came when the process was gone says nothing about the time before.
    attempts: attempts.filter(({ at }) => goneAt === null || at < goneAt),
    goneAt,
    until: performance.now() - stoppedAt,
  };
}

/** Until the process has gone and every connection has ended, or patience. */
async function untilGone(
  { limits, isAlive, signal }: RunShutdownOptions,
  stoppedAt: number,
  clients: Clients,
): Promise<number | null> {
  let goneAt: number | null = null;
  while (performance.now() - stoppedAt < limits.patience) {
    signal.throwIfAborted();
    if (goneAt === null && !isAlive()) goneAt = performance.now() - stoppedAt;
    if (goneAt !== null && clients.haveEnded) break;
    await sleep(20);
  }
  return goneAt;
}

/** Connects again and again until the signal comes, a bounded number of times. */
async function attempt(
  target: ProbeTarget,
  stoppedAt: number,
  { within, signal }: OpeningOptions,
): Promise<readonly LateAttempt[]> {
  const attempts: LateAttempt[] = [];
  while (!signal.aborted && attempts.length < mostAttempts) {
    // The first one late enough for the signal to have arrived.
    await sleep(attemptEvery);
    const at = performance.now() - stoppedAt;
    try {
      attempts.push({ at, ...(await attemptOnce(target, { within, signal })) });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  return attempts;
}

async function attemptOnce(
  target: ProbeTarget,
  options: OpeningOptions,
): Promise<Pick<LateAttempt, 'answer' | 'text'>> {
  const answer = await openingAnswer(target, options);
  switch (answer.kind) {
    case 'opened':
      return { answer: 'opened', text: '101' };
    case 'refused':
      return { answer: 'http-error', text: answer.statusLine };
    case 'silent':
      return { answer: 'hung', text: 'no answer' };
    case 'cut':
      return { answer: 'refused', text: answer.how };
    case 'unreachable':
      return { answer: 'refused', text: answer.why };
  }
}

interface Opening {
  readonly target: ProbeTarget;
  readonly limits: Limits;
  readonly watch: SocketWatch | null;
  readonly signal: AbortSignal;
}

/** The connections that are open when the server is told to stop. */
class Clients implements AsyncDisposable {
  readonly #peers: RawPeer[] = [];
  readonly #followed: Array<ReturnType<SocketWatch['follow']> | null> = [];

  get haveEnded(): boolean {
    return this.#peers.every(({ seen }) =>
      seen.some(({ what }) => what === 'fin' || what === 'reset'),
    );
  }

  /** The polite ones, and the mute one behind them. Rejects with `NotPlayed`, or with the signal's reason. */
  async openAll(opening: Opening): Promise<void> {
    for (let count = 0; count < politeClients; count += 1) await this.#open(opening, {});
    await this.#open(opening, { close: 'never', fin: 'never' });
  }

  async #open({ target, limits, watch, signal }: Opening, reflexes: Partial<Reflexes>) {
    const script = afterOpening({ role: 'client', limits, closeBy: null }, [], reflexes);
    const peer = await connectTo(script, { address: addressOf(target), signal });
    this.#peers.push(peer);
    this.#followed.push(watch?.follow(endsOf(peer.socket)) ?? null);
    await peer.played;
    signal.throwIfAborted();
    const transcript = transcriptOf(peer, []);
    if (httpStatus(transcript) !== 101) throw new NotPlayed(notOpened(transcript));
  }

  async finish(start: number): Promise<Transcript[]> {
    const sockets = await Promise.all(
      this.#followed.map(async (each) => (await each?.finish()) ?? []),
    );
    return this.#peers.map((peer, index) => transcriptOf(peer, sockets[index] ?? [], start));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.reset()));
  }
}

import { setMaxListeners } from 'node:events';
import {
  type Check,
  type CheckContext,
  type CheckInfo,
  cannotTell,
  type Judgement,
  type Limits,
  notApplicable,
} from '../checks/check.ts';
import { afterOpening, close, ending } from '../checks/steps.ts';
import { atEarliest, httpStatus, statusLine, type Transcript } from '../checks/transcript.ts';
import { isSure, lackOf, lagTolerance } from './doubt.ts';
import { LagMeter } from './lag-meter.ts';
import { NotPlayed } from './not-played.ts';
import { playScript, type Stage } from './play-script.ts';
import { type ReadSockets, SocketWatch } from './socket-watch.ts';
import { addressOf, type ProbeTarget } from './target.ts';

export interface RunChecksOptions {
  readonly checks: readonly Check[];
  readonly limits: Limits;
  readonly closeBy: string | null;
  /** Reads this machine's sockets; null: the kernel is not asked. */
  readonly readSockets: ReadSockets | null;
  readonly signal: AbortSignal;
  /** How late this process may have been itself, ms, for a failure to count. Default: a quarter of what was waited. */
  readonly lagTolerance?: number;
  /** Called as each check is judged. */
  readonly onResult?: (result: CheckResult) => void;
}

export interface CheckResult {
  readonly check: CheckInfo;
  readonly judgement: Judgement;
  /** Null: nothing was played. */
  readonly transcript: Transcript | null;
  /** Played a second time, because this process was too busy the first time. */
  readonly repeated: boolean;
}

/** How many connections a run has open at a time; slow checks come first, so that they overlap. */
export const mostConnections = 24;

/**
 * Plays each check against the target, on connections of their own, and judges it. Results are in the
 * order of the checks. Rejects only with the signal's reason: a connection that cannot be made is a
 * `cannot-tell`.
 */
export async function runChecks(
  target: ProbeTarget,
  options: RunChecksOptions,
): Promise<readonly CheckResult[]> {
  setMaxListeners(2 * mostConnections, options.signal);
  using lag = new LagMeter();
  using watch = options.readSockets ? new SocketWatch(options.readSockets) : null;
  const run: Run = {
    stage: { address: addressOf(target), watch, signal: options.signal },
    context: { role: 'client', limits: options.limits, closeBy: options.closeBy },
    lag,
    lagTolerance: options.lagTolerance,
  };
  const results = new Map<Check, CheckResult>();
  const bySpeed = [...options.checks].sort((one, two) => rank(one) - rank(two));
  await bounded(bySpeed, async (check) => {
    const result = await runCheck(check, run);
    results.set(check, result);
    options.onResult?.(result);
  });
  return options.checks.flatMap((check) => results.get(check) ?? []);
}

interface Run {
  readonly stage: Stage;
  readonly context: CheckContext;
  readonly lag: LagMeter;
  readonly lagTolerance: number | undefined;
}

function rank({ pace }: Check): number {
  return pace === 'slow' ? 0 : 1;
}

async function runCheck(check: Check, run: Run): Promise<CheckResult> {
  const missing = lackOf(check, run.context);
  if (missing !== null)
    return { check, judgement: notApplicable(missing), transcript: null, repeated: false };
  const first = await attempt(check, run);
  if (!first.busy) return { ...first.result, repeated: false };
  const second = await attempt(check, run);
  if (!second.busy) return { ...second.result, repeated: true };
  const seen = `this machine was too busy to tell, twice: ${second.result.judgement.seen}`;
  return { ...second.result, judgement: cannotTell(seen), repeated: true };
}

interface Attempt {
  readonly result: Omit<CheckResult, 'repeated'>;
  /** The times are not sure enough for the verdict, because this process was too late itself. */
  readonly busy: boolean;
}

async function attempt(check: Check, run: Run): Promise<Attempt> {
  const { stage, context, lag } = run;
  const startedAt = performance.now();
  try {
    const transcript = await playScript(check.script(context), stage);
    const followUp = check.followUp ? await playScript(ordinary(context), stage) : null;
    const judgement = judge(check, transcript, { context, followUp });
    const earliest = judge(check, atEarliest(transcript), {
      context,
      followUp: followUp && atEarliest(followUp),
    });
    const { lagTolerance: tolerated = lagTolerance(check, context.limits) } = run;
    const busy = !isSure(judgement, {
      earliest,
      transcripts: [transcript, ...(followUp ? [followUp] : [])],
      limits: context.limits,
      wasLate: lag.worstSince(startedAt) > tolerated,
    });
    return { result: { check, judgement, transcript }, busy };
  } catch (error) {
    if (!(error instanceof NotPlayed)) throw error;
    const judgement = cannotTell(error.message);
    return { result: { check, judgement, transcript: null }, busy: false };
  }
}

function judge(
  check: Check,
  transcript: Transcript,
  { context, followUp }: { context: CheckContext; followUp: Transcript | null },
): Judgement {
  if (check.opening === 'required' && httpStatus(transcript) !== 101)
    return cannotTell(notOpened(transcript));
  return check.judge(transcript, context, followUp);
}

/** Why there is no WebSocket, in words. */
export function notOpened(transcript: Transcript): string {
  const line = statusLine(transcript);
  return line === '' ? 'no answer to the opening handshake' : `the opening handshake gave: ${line}`;
}

/** A connection as any other, to see that the other side still works. */
function ordinary(context: CheckContext) {
  return afterOpening(context, [close(1000), ...ending(context)]);
}

/** Runs `work` for each item, `mostConnections` at a time. Rejects as the first that rejects. */
async function bounded<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: mostConnections }, worker));
}

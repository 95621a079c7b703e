import {
  type CheckInfo,
  type CheckResult,
  checks,
  type Limits,
  type ProbeTarget,
  type ReadSockets,
  runChecks,
  runShutdown,
  shutdownChecks,
  stackOf,
  type Verdict,
} from '@farewell/probe';
import type { Io } from '../terminal/io.ts';
import { openKernel } from './kernel.ts';
import { isAlive, type ProcessToStop, whyNotStopped } from './process-to-stop.ts';
import { ProbeProgress } from './progress.ts';
import type { ProbeRun } from './render-json.ts';
import type { RunRequest } from './request.ts';
import { answerWithin } from './timing.ts';

/** Runs the checks against the server, the stop of its process last. Rejects with the signal's reason. */
export async function probeServer(
  request: RunRequest,
  io: Io,
  signal: AbortSignal,
): Promise<ProbeRun> {
  const { url, patience } = request;
  const startedAt = new Date();
  const start = performance.now();
  using kernel = await openKernel(io);
  const progress = new ProbeProgress(
    request.checks.map(({ id }) => id),
    io.stderr,
  );
  const run = {
    target: targetOf(request),
    limits: { answer: answerWithin(patience), patience },
    readSockets: kernel.read,
    signal,
    onResult: ({ check }: CheckResult) => progress.done(check.id),
  };
  try {
    const scripted = await runChecks(run.target, {
      ...run,
      checks: checks.filter(isAmong(request.checks)),
      closeBy: request.closeBy,
    });
    const stopped = await stop(request, run);
    const results = [...scripted, ...stopped];
    const duration = performance.now() - start;
    const target = { kind: 'server', url: url.href } as const;
    const stack = request.stack ?? stackIn(results);
    return { target, stack, startedAt, duration, patience, results };
  } finally {
    await progress.clear();
  }
}

/** The stack that answers name; null: none does, or an unknown one. */
function stackIn(results: readonly CheckResult[]): string | null {
  const heads = results.flatMap(({ transcript }) =>
    (transcript?.entries ?? []).flatMap(({ seen }) => seen?.head ?? []),
  );
  return heads.map(stackOf).find((stack) => stack !== null) ?? null;
}

/** TLS as the request wants it. */
export function targetOf({ url, insecure }: RunRequest): ProbeTarget {
  return { url, ...(insecure && { tls: { rejectUnauthorized: false } }) };
}

interface Run {
  readonly target: ProbeTarget;
  readonly limits: Limits;
  readonly readSockets: ReadSockets | null;
  readonly signal: AbortSignal;
}

async function stop(request: RunRequest, run: Run): Promise<readonly CheckResult[]> {
  const wanted = shutdownChecks.filter(isAmong(request.checks));
  if (wanted.length === 0) return [];
  const process = request.stop;
  if (process === null) return wanted.map(notStopped);
  const obstacle = whyNotStopped(process);
  if (obstacle !== null) return wanted.map((check) => resultOf(check, 'cannot-tell', obstacle));
  return runShutdown(run.target, {
    ...run,
    checks: wanted,
    stop: () => tell(process),
    isAlive: () => isAlive(process),
  });
}

function tell({ pid, signal }: ProcessToStop): void {
  process.kill(pid, signal);
}

function notStopped(check: CheckInfo): CheckResult {
  const seen = 'needs a server that may be stopped: give --pid PID (and --signal)';
  return resultOf(check, 'not-applicable', seen);
}

/** Of a check that nothing was played for. */
function resultOf(check: CheckInfo, verdict: Verdict, seen: string): CheckResult {
  return { check, judgement: { verdict, seen, after: null }, transcript: null, repeated: false };
}

function isAmong(infos: readonly CheckInfo[]): (check: CheckInfo) => boolean {
  const ids = new Set(infos.map(({ id }) => id));
  return ({ id }) => ids.has(id);
}

import { type CheckResult, type ReadSockets, runChecks } from '@farewell/probe';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { painter, wantsColour } from '../terminal/colour.ts';
import { complain, deliver } from '../terminal/deliver.ts';
import { formatDuration, formatQuantity } from '../terminal/format.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import type { Io } from '../terminal/io.ts';
import { textWidth } from '../terminal/layout.ts';
import { write } from '../terminal/write.ts';
import { ProbeProgress } from './progress.ts';
import { type ProbeRun, probeJson } from './render-json.ts';
import { listText } from './render-list.ts';
import { type ProbeStyle, scorecard } from './render-text.ts';
import type { ListRequest, ProbeRequest, RunRequest } from './request.ts';
import { counted } from './scorecard.ts';

/** For an answer that is due at once, ms. */
const answerWithin = 2_000;

/** Runs `probe` and resolves to its exit status; no connection of it is left by then. */
export async function runProbe(request: ProbeRequest, io: Io): Promise<ExitStatus> {
  if (request.does === 'list') return list(request, io);
  return withInterrupt(async (signal) => {
    const { whyNotProbed } = await import('./contact.ts');
    const unreachable = await whyNotProbed(request, signal);
    if (unreachable !== null) {
      await complain(io, unreachable);
      return exitStatus.noEvidence;
    }
    await write(io.stderr, `${plan(request)}\n`);
    const run = await check(request, io, signal);
    const status =
      counted(run.results, request.failOn).length > 0 ? exitStatus.found : exitStatus.nothing;
    const text = request.json
      ? `${JSON.stringify(probeJson(run), null, 2)}\n`
      : scorecard(run, status, styleOf(request, io));
    return (await deliver(text, io, status)).status;
  });
}

async function check(request: RunRequest, io: Io, signal: AbortSignal): Promise<ProbeRun> {
  const startedAt = new Date();
  const start = performance.now();
  const progress = new ProbeProgress(
    request.checks.map(({ id }) => id),
    io.stderr,
  );
  using kernel = await openKernel(io);
  try {
    const results: readonly CheckResult[] = await runChecks(
      { url: request.url, ...(request.insecure && { tls: { rejectUnauthorized: false } }) },
      {
        checks: request.checks,
        limits: { answer: Math.min(answerWithin, request.patience), patience: request.patience },
        closeBy: request.closeBy,
        readSockets: kernel.read,
        signal,
        onResult: ({ check }) => progress.done(check.id),
      },
    );
    const { url, patience } = request;
    return { url, startedAt, duration: performance.now() - start, patience, results };
  } finally {
    await progress.clear();
  }
}

interface Kernel extends Disposable {
  readonly read: ReadSockets | null;
}

/** This machine's socket table, where it can be read: then the other side's socket may be in it. */
async function openKernel({ platform }: Io): Promise<Kernel> {
  const none: Kernel = { read: null, [Symbol.dispose]() {} };
  if (platform !== 'linux') return none;
  const { EvidenceError, openNamespace } = await import('@farewell/evidence/live');
  try {
    const reader = openNamespace({ kind: 'own' });
    return {
      read: async () => (await reader.receiveTable()).rows,
      [Symbol.dispose]: () => reader[Symbol.dispose](),
    };
  } catch (error) {
    if (error instanceof EvidenceError) return none;
    throw error;
  }
}

function plan({ url, checks, patience }: RunRequest): string {
  const slow = checks.filter(({ pace }) => pace === 'slow').length;
  const waits = slow === 0 ? '' : `, ${slow} of them may wait ${formatDuration(patience)}`;
  return `farewell probe ${url.href} · ${formatQuantity(checks.length, 'check')}${waits}, at most 24 connections at a time`;
}

async function list(request: ListRequest, io: Io): Promise<ExitStatus> {
  const text = listText(request, styleOf({ ...request, verbose: false }, io));
  return (await deliver(text, io, exitStatus.nothing)).status;
}

function styleOf({ colour, verbose }: Pick<RunRequest, 'colour' | 'verbose'>, io: Io): ProbeStyle {
  return { width: textWidth(io), paint: painter(wantsColour(io.stdout, io.env, colour)), verbose };
}

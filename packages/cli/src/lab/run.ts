import { once } from 'node:events';
import { type Isolation, listScenarios, probeIsolation, runScenarios } from '@farewell/lab';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { painter, wantsColour } from '../terminal/colour.ts';
import { complain, deliver } from '../terminal/deliver.ts';
import { formatQuantity } from '../terminal/format.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { type Io, platformName } from '../terminal/io.ts';
import { printable, textWidth, wrap } from '../terminal/layout.ts';
import { runAndKeep } from './keep.ts';
import { collect, type Outcome, statusOf } from './outcomes.ts';
import { type Progress, showProgress } from './progress.ts';
import { type LabListJson, labJson } from './render-json.ts';
import { keptLines } from './render-kept.ts';
import { listLines } from './render-list.ts';
import { scenarioLines } from './render-scenario.ts';
import { summaryLines } from './render-summary.ts';
import type { LabRequest } from './request.ts';
import type { LabStyle } from './style.ts';

/** Runs `lab` and resolves to its exit status; no process or namespace of it is left by then. */
export async function runLab(request: LabRequest, io: Io): Promise<ExitStatus> {
  if (request.does === 'list') return list(request, io);
  if (io.platform !== 'linux') {
    await complain(io, notLinux(io.platform));
    return exitStatus.noEvidence;
  }
  return withInterrupt(async (signal) => {
    const isolation = await probeIsolation(signal);
    const run = { request, io, signal, isolation, startedAt: performance.now() };
    if (request.does === 'run-and-keep') return keep(run);
    return request.json ? runForJson(run) : runForText(run);
  });
}

interface Run {
  readonly request: LabRequest;
  readonly io: Io;
  readonly signal: AbortSignal;
  readonly isolation: Isolation;
  readonly startedAt: number;
}

async function list({ names, json, color }: LabRequest, io: Io): Promise<ExitStatus> {
  const scenarios = listScenarios().filter(({ name }) => names.includes(name));
  const answer: LabListJson = { schema: 'farewell.lab-list/1', scenarios };
  const text = json ? jsonText(answer) : lines(listLines(scenarios, styleOf(color, io)));
  return (await deliver(text, io, exitStatus.nothing)).status;
}

async function runForJson({ request, io, signal, isolation }: Run): Promise<ExitStatus> {
  const progress = countOutcomes(request, io);
  try {
    const outcomes = await collect(runScenarios(request.names, { signal, isolation, ...progress }));
    return (await deliver(jsonText(labJson(outcomes)), io, statusOf(outcomes))).status;
  } finally {
    await progress.clear();
  }
}

/** Writes each scenario as soon as it is there; ends the others when nobody reads any more. */
async function runForText(run: Run): Promise<ExitStatus> {
  const { request, io, isolation } = run;
  const style = styleOf(request.color, io);
  const head = await deliver(lines(headLines(run, style)), io, exitStatus.nothing);
  if (!head.readable) return head.status;
  const unread = new AbortController();
  const signal = AbortSignal.any([run.signal, unread.signal]);
  const outcomes: Outcome[] = [];
  const progress = countOutcomes(request, io);
  try {
    for await (const outcome of runScenarios(request.names, { signal, isolation, ...progress })) {
      outcomes.push(outcome);
      await progress.clear();
      const text = lines(scenarioLines(outcome, style));
      const delivery = await deliver(text, io, exitStatus.nothing);
      if (delivery.readable) continue;
      unread.abort();
      return delivery.status;
    }
  } finally {
    await progress.clear();
  }
  const summary = summaryLines(outcomes, performance.now() - run.startedAt, style);
  return (await deliver(lines(summary), io, statusOf(outcomes))).status;
}

async function keep(run: Run): Promise<ExitStatus> {
  const { request, io, signal, isolation } = run;
  const style = styleOf(request.color, io);
  const progress = countOutcomes(request, io);
  return runAndKeep(request.names, { signal, isolation, ...progress }, async (kept) => {
    await progress.clear();
    const text = request.json
      ? jsonText(labJson(kept.outcomes))
      : lines([
          ...headLines(run, style),
          ...kept.outcomes.flatMap((outcome) => scenarioLines(outcome, style)),
        ]);
    const { status } = await deliver(text, io, statusOf(kept.outcomes));
    if (kept.live.length === 0) return status;
    await new Promise<void>((resolve) => {
      io.stderr.write(lines(keptLines(kept.live)), () => resolve());
    });
    await enterPressed(io, signal);
    return status;
  });
}

/** An stdin that is closed gives no line: then only a signal ends it. */
async function enterPressed(io: Io, signal: AbortSignal): Promise<void> {
  try {
    await once(io.stdin, 'data', { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    // Else the open terminal would keep the process alive.
    io.stdin.pause();
  }
}

function countOutcomes({ names }: LabRequest, io: Io): Progress & { onOutcome: () => void } {
  const progress = showProgress(names.length, io.stderr);
  let done = 0;
  progress.show(done);
  return {
    ...progress,
    onOutcome: () => {
      done += 1;
      progress.show(done);
    },
  };
}

function headLines({ request, isolation }: Run, style: LabStyle): string[] {
  const count = formatQuantity(request.names.length, 'scenario');
  const where = isolation.isolated
    ? 'each in a network namespace of its own: neither root nor the tables of this host are touched'
    : `on the loopback of this host, because there can be no network namespace (${printable(isolation.why)})`;
  return [...wrap(`farewell lab · ${count}, ${where}`, style.width), ''];
}

function notLinux(platform: NodeJS.Platform): string {
  return (
    `\`lab\` makes its cases with the sockets and the socket table of Linux, and this is ${platformName(platform)}. ` +
    'Run it in a container or a virtual machine: docker run -it node:20 npx farewell lab'
  );
}

function styleOf(color: boolean, io: Io): LabStyle {
  const paint = painter(wantsColour(io.stdout, io.env, color ? undefined : false));
  return { width: textWidth(io), paint };
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

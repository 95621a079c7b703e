import { setImmediate } from 'node:timers/promises';
import { EvidenceError, type NamespaceReader, openNamespace } from '@farewell/evidence/live';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { complain, type Delivery, deliver } from '../terminal/deliver.ts';
import { orAborted, withInterrupt } from '../terminal/interrupt.ts';
import { type Io, platformName } from '../terminal/io.ts';
import { growYoungGeneration } from '../young-generation.ts';
import type { Question } from './answer.ts';
import { type Look, lastLook, liveEvidence, look, type Seen } from './live.ts';
import { watchFor } from './progress.ts';
import { nothingRecorded } from './recording.ts';
import type { EvidencePlace, WhyRequest } from './request.ts';
import { resolveTarget, type Targets } from './resolve-target.ts';

/** Runs `why` and resolves to its exit status. SIGINT and SIGTERM end it with 130 and 143. */
export function runWhy(request: WhyRequest, io: Io): Promise<ExitStatus> {
  growYoungGeneration();
  return withInterrupt(async (signal) => {
    const targets = await orAborted(resolveTarget(request.target), signal);
    if (!targets.ok) return refuse(io, targets.error);
    const run = { request, io, targets: targets.value, signal };
    return request.place.kind === 'live'
      ? runLive(run, request.place)
      : runTables(run, request.place);
  });
}

interface Run {
  readonly request: WhyRequest;
  readonly io: Io;
  readonly targets: Targets;
  readonly signal: AbortSignal;
}

async function runTables(run: Run, place: EvidencePlace & { kind: 'tables' }): Promise<ExitStatus> {
  const { io, signal } = run;
  const { tableEvidence } = await import('./tables.ts');
  const evidence = await orAborted(
    tableEvidence(place.files, () => io.stdin),
    signal,
  );
  if (!evidence.ok) return refuse(io, evidence.error);
  return (await explain({ ...run, evidence: evidence.value, inPackets: [] })).status;
}

async function runLive(run: Run, place: EvidencePlace & { kind: 'live' }): Promise<ExitStatus> {
  if (run.io.platform !== 'linux') return refuse(run.io, notLinux(run.io.platform));
  try {
    using reader = openNamespace(place.selector);
    return await (run.request.capture ? withPackets(run, place, reader) : repeat(run, reader));
  } catch (error) {
    if (error instanceof EvidenceError) return refuse(run.io, error.message);
    throw error;
  }
}

/** One answer, or with `--watch` one after the other until nobody reads them or a signal comes. */
async function repeat(run: Run, reader: NamespaceReader): Promise<ExitStatus> {
  const { request, signal } = run;
  let last: Look | null = null;
  for (;;) {
    const seen: Seen = await see(run, reader, last);
    last = seen.last;
    const evidence = liveEvidence(reader, seen);
    await turn(signal);
    const { status, readable } = await explain({ ...run, evidence, inPackets: [] });
    if (!request.watch || !readable) return status;
  }
}

/** One answer from the table and from the packets that came meanwhile. */
async function withPackets(
  run: Run,
  { selector: namespace }: EvidencePlace & { kind: 'live' },
  reader: NamespaceReader,
): Promise<ExitStatus> {
  const { io, signal, targets } = run;
  const { openCapture } = await import('./capture.ts');
  const opened = await openCapture({ targets, namespace, path: io.env['PATH'], signal });
  if (!opened.ok) return refuse(io, opened.error);
  await using capture = opened.value;
  const seen = await see(run, reader, null);
  const captured = await capture.finish();
  if (!captured.ok) return refuse(io, captured.error);
  const { table, groups } = captured.value;
  const evidence = { ...liveEvidence(reader, seen), packets: table };
  return (await explain({ ...run, evidence, inPackets: groups })).status;
}

/** A look, the time to watch, and another; nothing is left in the kernel, whichever way this ends. */
async function see(run: Run, reader: NamespaceReader, before: Look | null): Promise<Seen> {
  const { request, io, signal } = run;
  if (request.duration === 0) {
    const last = await lastLook(reader, request.target, loadAnswer);
    return { first: null, last, recorded: nothingRecorded([]) };
  }
  const { record } = await import('./trace.ts');
  const { recording, missing } = record(request, reader);
  await using recorder = recording;
  const first = before ?? look(reader);
  await watchFor(request.duration, io.stderr, signal);
  const last = await lastLook(reader, request.target, loadAnswer);
  const recorded = recorder
    ? await orAborted(recorder.finish(last.table), signal)
    : nothingRecorded([]);
  return { first, last, recorded: { ...recorded, missing: [...missing, ...recorded.missing] } };
}

/** What explains is loaded while the sockets come in. */
const loadAnswer = () => import('./answer.ts');

async function explain(question: Question): Promise<Delivery> {
  const { io, request } = question;
  const { answer } = await loadAnswer();
  const answered = answer(question);
  if (!answered.ok) return { status: await refuse(io, answered.error), readable: false };
  const { text, status } = answered.value;
  return deliver(request.watch && !request.json ? inPlace(text, io) : text, io, status);
}

/** On a terminal over the answer before, else below it. */
function inPlace(text: string, { stdout }: Io): string {
  return stdout.isTTY === true ? `\u001B[H\u001B[2J${text}` : `${text}\n`;
}

/** Lets a signal through that came while the table was read, which blocks the event loop. */
async function turn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

async function refuse(io: Io, message: string): Promise<ExitStatus> {
  await complain(io, message);
  return exitStatus.noEvidence;
}

function notLinux(platform: NodeJS.Platform): string {
  return (
    `\`why\` reads the sockets of a running Linux, and this is ${platformName(platform)}. Explain a table taken elsewhere:\n` +
    '  netstat -an | farewell why --from -      (this machine, macOS)\n' +
    '  kubectl exec POD -- cat /proc/net/tcp /proc/net/tcp6 | farewell why --from -\n' +
    '  docker exec CONTAINER cat /proc/net/tcp /proc/net/tcp6 | farewell why --from -'
  );
}

import { writeFile } from 'node:fs/promises';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { painter, wantsColour } from '../terminal/colour.ts';
import { complain, deliver } from '../terminal/deliver.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import type { Io } from '../terminal/io.ts';
import { textWidth } from '../terminal/layout.ts';
import { write } from '../terminal/write.ts';
import { type Baseline, readBaseline, worseThan } from './baseline.ts';
import { UnfitCertificate } from './key-and-certificate.ts';
import { planText } from './plan.ts';
import { probeClients } from './probe-clients.ts';
import { probeServer } from './probe-server.ts';
import { type ProbeRun, probeJson } from './render-json.ts';
import { junitXml } from './render-junit.ts';
import { listText } from './render-list.ts';
import { type ProbeStyle, scorecard } from './render-text.ts';
import type { ListenRequest, ListRequest, ProbeRequest, RunRequest } from './request.ts';
import { counted } from './scorecard.ts';
import { whyNotProbed } from './why-not-probed.ts';

/** Runs `probe` and resolves to its exit status; no connection of it is left by then. */
export async function runProbe(request: ProbeRequest, io: Io): Promise<ExitStatus> {
  if (request.does === 'list') return list(request, io);
  const baseline = request.baseline === null ? null : await readBaseline(request.baseline);
  if (baseline !== null && !baseline.ok) return refuse(io, baseline.error, exitStatus.usage);
  return withInterrupt(async (signal) => {
    const run = await played(request, io, signal);
    if ('why' in run) return refuse(io, run.why, run.status);
    return answer(run, { request, io, baseline: baseline?.value ?? null });
  });
}

/** Why nothing could be checked. */
interface Refusal {
  readonly why: string;
  readonly status: ExitStatus;
}

async function played(
  request: RunRequest | ListenRequest,
  io: Io,
  signal: AbortSignal,
): Promise<ProbeRun | Refusal> {
  if (request.does === 'listen') return listened(request, io, signal);
  const obstacle = await whyNotProbed(request, signal);
  if (obstacle !== null) return { why: obstacle, status: exitStatus.noEvidence };
  await write(io.stderr, `${planText(request)}\n`);
  return probeServer(request, io, signal);
}

async function listened(
  request: ListenRequest,
  io: Io,
  signal: AbortSignal,
): Promise<ProbeRun | Refusal> {
  try {
    return await probeClients(request, io, signal);
  } catch (error) {
    if (error instanceof UnfitCertificate) return { why: error.message, status: exitStatus.usage };
    const isOurs = error instanceof Error && 'syscall' in error && error.syscall === 'listen';
    if (!isOurs) throw error;
    const why = `${request.host}:${request.port} cannot be listened on: ${error.message}`;
    return { why, status: exitStatus.noEvidence };
  }
}

interface Asked {
  readonly request: RunRequest | ListenRequest;
  readonly io: Io;
  readonly baseline: Baseline | null;
}

async function answer(run: ProbeRun, { request, io, baseline }: Asked): Promise<ExitStatus> {
  const counts = counted(worseThan(baseline, run.results), request.failOn);
  const status = counts.length > 0 ? exitStatus.found : exitStatus.nothing;
  const written = await writeJunit(request.junit, junitXml(run.results, counts));
  if (written !== null) return refuse(io, written, exitStatus.notWritten);
  const text = request.json
    ? `${JSON.stringify(probeJson(run), null, 2)}\n`
    : scorecard(run, status, styleOf(request, io));
  return (await deliver(text, io, status)).status;
}

/** Why it could not be written; null: it was, or was not wanted. */
async function writeJunit(file: string | null, xml: string): Promise<string | null> {
  if (file === null) return null;
  try {
    await writeFile(file, xml);
    return null;
  } catch (error) {
    return `${file} could not be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function refuse(io: Io, message: string, status: ExitStatus): Promise<ExitStatus> {
  await complain(io, message);
  return status;
}

async function list(request: ListRequest, io: Io): Promise<ExitStatus> {
  const text = listText(request, styleOf({ ...request, verbose: false }, io));
  return (await deliver(text, io, exitStatus.nothing)).status;
}

function styleOf({ colour, verbose }: Pick<RunRequest, 'colour' | 'verbose'>, io: Io): ProbeStyle {
  return { width: textWidth(io), paint: painter(wantsColour(io.stdout, io.env, colour)), verbose };
}

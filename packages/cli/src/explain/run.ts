import type { CaptureProgress, CapturesSummary } from '@farewell/evidence';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { painter, wantsColour } from '../terminal/colour.ts';
import { complain, deliver } from '../terminal/deliver.ts';
import { Interrupted, withInterrupt } from '../terminal/interrupt.ts';
import type { Io } from '../terminal/io.ts';
import { textWidth } from '../terminal/layout.ts';
import type { Explained } from './explained.ts';
import type { Output } from './output.ts';
import { jsonOutput, ndjsonOutput } from './output-json.ts';
import { textOutput } from './output-text.ts';
import { showReading, totalBytesOf } from './progress.ts';
import { readExplained, threadsFor } from './read.ts';
import type { ExplainRequest } from './request.ts';
import { Sink } from './sink.ts';
import { matches } from './where.ts';

/**
 * Runs `explain` and resolves to its exit status. SIGINT and SIGTERM end the reading; what was read until
 * then is explained, and the status is 130 or 143.
 */
export function runExplain(request: ExplainRequest, io: Io): Promise<ExitStatus> {
  return withInterrupt(async (signal) => {
    const found = { status: exitStatus.nothing as ExitStatus };
    const output = outputFor(request, io);
    const unread = new AbortController();
    const ended = AbortSignal.any([signal, unread.signal]);
    const sink = new Sink(io.stdout, { signal: ended, onClosed: () => unread.abort() });
    const captures = await readAll(request, io, {
      signal: ended,
      shapes: output.shapes,
      onChunk: () => sink.ready(),
      onExplained: (explained) => {
        if (!isAskedFor(request, explained)) return;
        if (reaches(request, explained)) found.status = exitStatus.found;
        sink.add(output.connection(explained));
      },
    });
    return finish({ request, io, output, sink }, captures, statusOf(found.status, signal));
  });
}

interface Reading {
  readonly signal: AbortSignal;
  readonly shapes: Output['shapes'];
  readonly onExplained: (explained: Explained) => void;
  /** Reading goes on when it resolves. */
  readonly onChunk: () => Promise<void>;
}

async function readAll(
  { files, connection, follow }: ExplainRequest,
  io: Io,
  reading: Reading,
): Promise<CapturesSummary> {
  const progress = showReading(io.stderr, await totalBytesOf(files));
  try {
    // Without a wish the first connection is watched: it may be the only one.
    const watch = connection ?? 0;
    // To count takes less than a thread to hand connections over to.
    const threads = reading.shapes === null ? await threadsFor(files) : 1;
    const options = { files, watch, follow, threads, ...reading };
    const onProgress = (at: CaptureProgress): Promise<void> => {
      progress.show(at);
      return reading.onChunk();
    };
    return await readExplained({ ...options, onProgress }, io);
  } finally {
    await progress.clear();
  }
}

interface Ending {
  readonly request: ExplainRequest;
  readonly io: Io;
  readonly output: Output;
  readonly sink: Sink;
}

async function finish(
  { request, io, output, sink }: Ending,
  captures: CapturesSummary,
  status: ExitStatus,
): Promise<ExitStatus> {
  if (captures.filesRead === 0 && captures.packets === 0) {
    for (const { what, example } of captures.problems) await complain(io, `${what}: ${example}`);
    await complain(
      io,
      'nothing could be read: expected pcap or pcapng files, or `-` for standard input',
    );
    return exitStatus.noEvidence;
  }
  if (request.output === 'ndjson')
    for (const { what, count, example } of captures.problems)
      await complain(io, `${what} (${count}), such as: ${example}`);
  const missing = missingConnection(request, captures);
  if (missing !== null) {
    await complain(io, missing);
    return exitStatus.usage;
  }
  sink.flush();
  if (sink.isClosed) return status;
  return (await deliver(await output.end(captures, status), io, status)).status;
}

function missingConnection({ connection }: ExplainRequest, { connections }: CapturesSummary) {
  if (connection === null || connection < connections) return null;
  const numbers = connections === 1 ? 'only #0' : `#0 to #${connections - 1}`;
  return `there is no connection #${connection} in what was read: ${connections === 0 ? 'none at all' : numbers}`;
}

function outputFor(request: ExplainRequest, io: Io): Output {
  switch (request.output) {
    case 'json':
      return jsonOutput();
    case 'ndjson':
      return ndjsonOutput();
    case 'text': {
      const paint = painter(wantsColour(io.stdout, io.env, request.colour));
      return textOutput(request, { width: textWidth(io), paint });
    }
  }
}

function isAskedFor({ connection, where }: ExplainRequest, explained: Explained): boolean {
  if (connection !== null && connection !== explained.connection.index) return false;
  return matches(explained, where);
}

function reaches({ failOn }: ExplainRequest, { verdicts }: Explained): boolean {
  return verdicts.some(
    ({ severity }) => severity === 'problem' || (failOn === 'risk' && severity === 'risk'),
  );
}

function statusOf(found: ExitStatus, signal: AbortSignal): ExitStatus {
  return signal.aborted && signal.reason instanceof Interrupted ? signal.reason.status : found;
}

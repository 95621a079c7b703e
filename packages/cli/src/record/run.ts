import { type ChildProcess, spawn } from 'node:child_process';
import { atProcessEnd } from '@farewell/evidence';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { complain, deliver } from '../terminal/deliver.ts';
import { formatDuration } from '../terminal/format.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import type { Io } from '../terminal/io.ts';
import { write } from '../terminal/write.ts';
import {
  adviceOnRight,
  argumentsFor,
  type Capturer,
  filesWritten,
  findCapturer,
  kernelKeeps,
  noCapturer,
} from './capturer.ts';
import type { RecordRequest } from './request.ts';

/** Runs `record` and resolves to its exit status; the capturing program has ended by then. */
export function runRecord(request: RecordRequest, io: Io): Promise<ExitStatus> {
  return withInterrupt(async (signal) => {
    const capturer = findCapturer(io.env['PATH']);
    if (capturer === null) {
      await complain(io, noCapturer);
      return exitStatus.noEvidence;
    }
    await write(io.stderr, `${announcement(capturer, request)}\n`);
    const ended = await capture(capturer, request, signal);
    if (ended.status !== 0) {
      await complain(
        io,
        `${capturer.name} ended with ${ended.status}: ${ended.said}${adviceOnRight()}`,
      );
      return exitStatus.noEvidence;
    }
    const files = filesWritten(capturer, request);
    const counted = ended.said === '' ? '' : ` (${ended.said})`;
    const text = `recorded ${request.filter}${counted}\nfarewell explain ${files}\n`;
    return (await deliver(text, io, exitStatus.nothing)).status;
  });
}

function announcement({ name }: Capturer, { filter, file, duration }: RecordRequest): string {
  const until = duration === null ? 'until Ctrl-C' : `for ${formatDuration(duration)}`;
  return `farewell: ${name} records ${filter} to ${file} ${until}`;
}

interface Ended {
  /** Exit status, or the signal that ended it. */
  readonly status: number | string;
  /** What it said: its counts, or its error. */
  readonly said: string;
}

/** Lets it run for the time asked for or until `signal`, then has it finish its file. */
function capture(capturer: Capturer, request: RecordRequest, signal: AbortSignal): Promise<Ended> {
  // A group of its own: Ctrl-C reaches us alone, and we pass it on once.
  const child = spawn(capturer.path, [...argumentsFor(capturer, request)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  // Whichever way this process ends, the program does too.
  const callOff = atProcessEnd(() => child.kill('SIGINT'));
  let settling: NodeJS.Timeout | undefined;
  const stop = (): void => {
    settling ??= setTimeout(() => child.kill('SIGINT'), kernelKeeps[capturer.name]);
  };
  const timer = request.duration === null ? undefined : setTimeout(stop, request.duration);
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<Ended>((resolve) => {
    const said = collect(child);
    child.on('error', ({ message }) => resolve({ status: 'an error', said: message }));
    child.on('close', (code, killedBy) => {
      resolve({
        status: code ?? killedBy ?? 'an error',
        said: code === 0 ? counts(said()) : said(),
      });
    });
  }).finally(() => {
    callOff();
    clearTimeout(timer);
    clearTimeout(settling);
    signal.removeEventListener('abort', stop);
  });
}

const keptOfStderr = 4000;

function collect({ stderr }: ChildProcess): () => string {
  let text = '';
  stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-keptOfStderr);
  });
  return () => text.trim().replaceAll('\n', '; ');
}

/** `12 packets captured; 0 packets dropped by kernel`. */
function counts(said: string): string {
  const facts = said.split('; ').filter((fact) => /captured|dropped|received\/dropped/i.test(fact));
  return facts.join('; ');
}

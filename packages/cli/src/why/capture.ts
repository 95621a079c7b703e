import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { atProcessEnd } from '@farewell/evidence';
import type { NamespaceSelector } from '@farewell/evidence/live';
import {
  adviceOnRight,
  argumentsFor,
  type Capturer,
  findCapturer,
  kernelKeeps,
  noCapturer,
} from '../record/capturer.ts';
import { failed, ok, type Result } from '../result.ts';
import { orAborted, pause } from '../terminal/interrupt.ts';
import { type Captured, PacketWitness } from './packet-witness.ts';
import type { Targets } from './resolve-target.ts';

export interface CaptureWanted {
  readonly targets: Targets;
  readonly namespace: NamespaceSelector;
  /** PATH, in which the capturing program is looked for. */
  readonly path: string | undefined;
  readonly signal: AbortSignal;
}

/** A capture that runs until it is finished or disposed of; the capturing program has ended by then. */
export interface LiveCapture extends AsyncDisposable {
  /** Ends it, and gives what the packets showed. The error is what the program said. Rejects if aborted. */
  finish(): Promise<Result<Captured>>;
}

/**
 * Starts tcpdump or dumpcap on the target's port and resolves when it captures. The error says what is
 * missing: the program, or the right to use it.
 */
export async function openCapture(wanted: CaptureWanted): Promise<Result<LiveCapture>> {
  const capturer = findCapturer(wanted.path);
  if (capturer === null) return failed(`\`--capture\`: ${noCapturer}`);
  const filter = filterOf(wanted.targets);
  if (!filter.ok) return filter;
  const capturing = { file: '-', filter: filter.value, ring: null, interface: 'any' };
  const program = [capturer.path, ...argumentsFor(capturer, capturing)];
  const command = [...inNamespace(wanted.namespace), ...program];
  const capture = new RunningCapture({ capturer, command, signal: wanted.signal });
  const started = await orAborted(capture.started, wanted.signal).catch(async (aborted) => {
    await capture[Symbol.asyncDispose]();
    throw aborted;
  });
  if (started.ok) return ok(capture);
  await capture[Symbol.asyncDispose]();
  return started;
}

/** In the language of pcap-filter(7). */
function filterOf(targets: Targets): Result<string> {
  const [first] = targets;
  if (!('port' in first))
    return failed('Expected a port (`:8080`) or `host:port` with `--capture`: it filters packets');
  const hosts = targets.flatMap((target) =>
    target.kind === 'endpoint' ? [`host ${target.address}`] : [],
  );
  const port = `tcp port ${first.port}`;
  return ok(hosts.length === 0 ? port : `( ${hosts.join(' or ')} ) and ${port}`);
}

function inNamespace(selector: NamespaceSelector): readonly string[] {
  switch (selector.kind) {
    case 'own':
      return [];
    case 'pid':
      return ['nsenter', `--net=/proc/${selector.pid}/ns/net`, '--'];
    case 'path':
      return ['nsenter', `--net=${selector.path}`, '--'];
  }
}

const keptOfStderr = 4000;
/** A program that was told to end and does not is killed after this, ms. */
const endsWithin = 5000;

interface Running {
  readonly capturer: Capturer;
  /** With what runs it in another namespace. */
  readonly command: readonly string[];
  readonly signal: AbortSignal;
}

class RunningCapture implements LiveCapture {
  readonly #capturer: Capturer;
  readonly #signal: AbortSignal;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #witness = new PacketWitness();
  readonly #closed: Promise<string>;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');
  /** Whichever way this process ends, the program does too. */
  readonly #callOffKill = atProcessEnd(this.#kill);
  readonly started: Promise<Result<null>>;
  #said = '';
  #isClosed = false;

  constructor({ capturer, command, signal }: Running) {
    this.#capturer = capturer;
    this.#signal = signal;
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-keptOfStderr);
    });
    stdout.on('data', (bytes: Buffer) => this.#witness.see(bytes));
    this.#closed = this.#end();
    // The head of the file is written when packets are being captured.
    const heard = new Promise<null>((resolve) => stdout.once('data', () => resolve(null)));
    this.started = Promise.race([heard, this.#closed]).then((ended) =>
      ended === null ? ok(null) : failed(this.#failure(ended)),
    );
  }

  async finish(): Promise<Result<Captured>> {
    // It has ended by itself: the interface is gone, or somebody killed it.
    if (this.#isClosed) return failed(this.#failure(await this.#closed));
    const to = Date.now();
    await pause(kernelKeeps[this.#capturer.name], this.#signal);
    this.#child.kill('SIGINT');
    const killer = setTimeout(this.#kill, endsWithin);
    await this.#closed;
    clearTimeout(killer);
    const { name } = this.#capturer;
    return ok(this.#witness.captured({ source: name, to, lost: droppedByTcpdump(this.#said) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#closed;
    this.#callOffKill();
  }

  /** Resolves to how it ended, when nothing more comes from it. */
  async #end(): Promise<string> {
    const ended = await new Promise<string>((resolve) => {
      this.#child.once('error', ({ message }) => resolve(message));
      this.#child.once('close', (code, signal) => resolve(String(code ?? signal)));
    });
    this.#isClosed = true;
    return ended;
  }

  #failure(ended: string): string {
    const said = this.#said.trim().replaceAll('\n', '; ');
    const what = `\`--capture\`: ${this.#capturer.name} ended with ${ended}`;
    return `${what}${said === '' ? '' : `: ${said}`}${adviceOnRight()}`;
  }
}

/** `0 packets dropped by kernel`; dumpcap writes it into the capture instead. */
function droppedByTcpdump(said: string): number | null {
  const [, count] = /(\d+) packets? dropped by kernel/.exec(said) ?? [];
  return count === undefined ? null : Number(count);
}

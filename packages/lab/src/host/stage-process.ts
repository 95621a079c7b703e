import { type ChildProcess, spawn } from 'node:child_process';
import { nodeProgram } from '../node-program.ts';
import type { FromStage, StageArguments } from '../stage/messages.ts';

/** `unshare` becomes the stage by exec, so that the process that was spawned is the stage itself. */
const unshare = ['unshare', '--user', '--map-root-user', '--net', '--'] as const;

/** A stage's process, in a network namespace of its own if `isolated`. */
export interface StageProcess extends AsyncDisposable {
  readonly pid: number;
  /**
   * Resolves with what the first of these messages carries. Rejects with what went wrong if the stage fails
   * or ends before, and with the signal's reason.
   */
  message<Kind extends FromStage['kind']>(
    kind: Kind,
  ): Promise<Extract<FromStage, { readonly kind: Kind }>>;
}

export interface StageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onMessage?: (message: FromStage) => void;
}

/** Starts a stage. Dispose of it to end it, its peers and its namespace; that takes some milliseconds. */
export function startStage(args: StageArguments, options: StageOptions): StageProcess {
  const program = nodeProgram('stage/main', args);
  const [command = program.command, ...rest] = [
    ...(args.isolated ? unshare : []),
    program.command,
    ...program.args,
  ];
  const child = spawn(command, rest, {
    cwd: program.cwd,
    // Its own session: a Ctrl-C reaches the runner alone, which then ends its stages in good order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return new ChildStage(child, options);
}

/** How long a stage may take to kill its peers before it is killed itself, ms; they then end on their own. */
const grace = 2000;
const keptOfStderr = 2000;

class ChildStage implements StageProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #received: FromStage[] = [];
  /** Resolves with why it ended. */
  readonly #ended: Promise<string>;
  /** Rejects when the stage ends or the signal is aborted, whichever comes first. */
  readonly #over: Promise<never>;
  #stderr = '';
  #notify: () => void = () => {};

  constructor(child: ChildProcess, { signal, onMessage }: StageOptions) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    const { stderr } = child;
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptOfStderr);
    });
    child.on('message', (message: FromStage) => {
      this.#received.push(message);
      onMessage?.(message);
      this.#notify();
    });
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      // Node does not emit `close` once we have disconnected; stderr closes when the peers are gone as well.
      child.on('exit', (code, signal) => {
        const ended = (): void => resolve(this.#whyEnded(code, signal));
        if (stderr === null || stderr.closed) ended();
        else stderr.on('close', ended);
      });
    });
    this.#over = Promise.race([this.#failWhenEnded(), rejectWhenAborted(signal, this.#ended)]);
    this.#over.catch(() => {}); // nobody may be waiting for a message when it ends
  }

  async message<Kind extends FromStage['kind']>(kind: Kind) {
    for (;;) {
      const found = this.#find(kind);
      if (found !== undefined) return found;
      const next = new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
      await Promise.race([next, this.#over]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), grace);
    await this.#ended;
    clearTimeout(timer);
  }

  #find<Kind extends FromStage['kind']>(kind: Kind) {
    for (const message of this.#received) {
      if (message.kind === 'failed') throw new Error(message.message);
      if (isOfKind(message, kind)) return message;
    }
    return undefined;
  }

  async #failWhenEnded(): Promise<never> {
    throw new Error(await this.#ended);
  }

  #whyEnded(code: number | null, signal: NodeJS.Signals | null): string {
    const said = this.#stderr.trim();
    return said === '' ? `the stage ended with ${signal ?? `exit status ${code}`}` : said;
  }
}

/** Never resolves; stops listening to the signal, which may live much longer, when `ended` settles. */
function rejectWhenAborted(
  signal: AbortSignal | undefined,
  ended: Promise<unknown>,
): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal?.reason);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    void ended.then(() => signal?.removeEventListener('abort', abort));
  });
}

function isOfKind<Kind extends FromStage['kind']>(
  message: FromStage,
  kind: Kind,
): message is Extract<FromStage, { readonly kind: Kind }> {
  return message.kind === kind;
}

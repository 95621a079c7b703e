import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isOfTheLab, type SecondReader, type SeenEvent } from './second-reader.ts';

/** Pages of each CPU's buffer; its own default is 64. */
const bufferPages = '4096';

/** A line for each event: its kind, the time in ns, both ports, and the states before and after. */
const program = `
BEGIN { printf("ready\\n"); }
tracepoint:sock:inet_sock_set_state /args->protocol == 6 && ${onOurPorts()}/ {
  printf("tcp-state %llu %d %d %d %d\\n", nsecs, args->sport, args->dport, args->oldstate, args->newstate);
}
tracepoint:tcp:tcp_receive_reset /${onOurPorts()}/ {
  printf("receive-reset %llu %d %d 0 0\\n", nsecs, args->sport, args->dport);
}
tracepoint:tcp:tcp_retransmit_skb /${onOurPorts()}/ {
  printf("retransmit %llu %d %d 0 0\\n", nsecs, args->sport, args->dport);
}`;

/** include/net/tcp_states.h, in its order. */
const tcpStates = [
  '',
  'TCP_ESTABLISHED',
  'TCP_SYN_SENT',
  'TCP_SYN_RECV',
  'TCP_FIN_WAIT1',
  'TCP_FIN_WAIT2',
  'TCP_TIME_WAIT',
  'TCP_CLOSE',
  'TCP_CLOSE_WAIT',
  'TCP_LAST_ACK',
  'TCP_LISTEN',
  'TCP_CLOSING',
];

/** The same trace points through BPF: another way out of the kernel than tracefs. Root only. */
export class Bpftrace implements SecondReader {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  private constructor() {
    this.#child = spawn('bpftrace', ['-B', 'line', '-e', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, BPFTRACE_PERF_RB_PAGES: bufferPages },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
  }

  /** Resolves when it records. */
  static async open(): Promise<Bpftrace> {
    const reader = new Bpftrace();
    while (!reader.#stdout.includes('ready\n')) {
      if (reader.#hasEnded()) throw new Error(`Expected bpftrace to run, got ${reader.#stderr}`);
      const { stdout } = reader.#child;
      if (stdout) await Promise.race([once(stdout, 'data'), once(reader.#child, 'close')]);
    }
    return reader;
  }

  async read(): Promise<SeenEvent[]> {
    await this.#end();
    if (/\blost\b/i.test(this.#stdout + this.#stderr))
      throw new Error(`Expected bpftrace to lose no event, got ${this.#stderr}`);
    return this.#stdout.split('\n').flatMap((line) => eventOf(line) ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  /** On SIGINT it writes out what it has. */
  async #end(): Promise<void> {
    if (this.#hasEnded()) return;
    this.#child.kill('SIGINT');
    await once(this.#child, 'close');
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

function onOurPorts(): string {
  return `(${isOfTheLab('args->sport')} || ${isOfTheLab('args->dport')})`;
}

function eventOf(line: string): SeenEvent | null {
  const [kind = '', nanoseconds, localPort = '', remotePort = '', from, to] = line.split(' ');
  if (to === undefined) return null;
  return {
    atMs: Number(nanoseconds) / 1e6,
    event: {
      kind,
      localPort,
      remotePort,
      from: tcpStates[Number(from)] ?? '',
      to: tcpStates[Number(to)] ?? '',
    },
  };
}

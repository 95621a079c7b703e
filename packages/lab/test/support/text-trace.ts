import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFromText, type TextEvent } from '../../../evidence/test/kernel-trace/trace-text.ts';

const events = ['sock/inet_sock_set_state', 'tcp/tcp_receive_reset', 'tcp/tcp_retransmit_skb'];

/** Those that stages listen on: what else the machine does would fill the buffers. */
const portsOfTheLab = '(sport >= 10000 && sport < 30000) || (dport >= 10000 && dport < 30000)';

/** An event in the kernel's own words, `at` in ms on the monotonic clock. */
export interface SeenEvent {
  readonly atMs: number;
  readonly event: TextEvent;
}

/**
 * A second reader of the trace: the text that the kernel itself makes of its events, from an instance of its
 * own, of all namespaces. Nothing of our decoder is in between. Root only.
 */
export class TextTrace implements Disposable {
  readonly #path = `/sys/kernel/tracing/instances/farewell-lab-test-${process.pid}`;

  constructor() {
    mkdirSync(this.#path);
    this.#write('buffer_size_kb', '32768');
    this.#write('trace_clock', 'mono');
    for (const event of events) {
      this.#write(`events/${event}/filter`, portsOfTheLab);
      this.#write(`events/${event}/enable`, '1');
    }
  }

  /** Null if the kernel overwrote events, because others made very many: then their number means nothing. */
  read(): SeenEvent[] | null {
    this.#write('tracing_on', '0');
    const cpus = readdirSync(join(this.#path, 'per_cpu'));
    const lost = cpus.filter((cpu) => !/^overrun: 0$/m.test(this.#read(`per_cpu/${cpu}/stats`)));
    if (lost.length > 0) return null;
    const lines = this.#read('trace').split('\n');
    return lines.flatMap((line) => {
      const event = eventFromText(line);
      const [, seconds] = /([\d.]+): \w+: /.exec(line) ?? [];
      return event === null ? [] : { event, atMs: Number(seconds) * 1000 };
    });
  }

  [Symbol.dispose](): void {
    rmdirSync(this.#path);
  }

  #read(file: string): string {
    return readFileSync(join(this.#path, file), 'utf8');
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#path, file), text);
  }
}

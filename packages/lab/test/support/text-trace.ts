import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  instanceName,
  ownerIsGone,
  parseInstanceName,
  readOwnOwner,
} from '../../../evidence/src/kernel-trace/instance-name.ts';
import { removeLeftovers } from '../../../evidence/src/kernel-trace/trace-instance.ts';
import { eventFromText } from '../../../evidence/test/kernel-trace/trace-text.ts';
import { isOfTheLab, type SecondReader, type SeenEvent } from './second-reader.ts';

const instances = '/sys/kernel/tracing/instances';
const events = ['sock/inet_sock_set_state', 'tcp/tcp_receive_reset', 'tcp/tcp_retransmit_skb'];
/** The product counts its own from 1. */
const serial = 1_000_000;
/** The kernel passes it on as it comes: this is for a moment in which `cat` does not get its turn. */
const bufferKilobytes = '32768';

/** The text that the kernel itself makes of its events, as it comes, from an instance of its own. Root only. */
export class TextTrace implements SecondReader {
  readonly #path: string;
  readonly #cat: ChildProcess;
  #text = '';

  constructor() {
    const owner = readOwnOwner();
    removeLeftovers(instances, (name) => {
      const other = parseInstanceName(name);
      return other !== null && ownerIsGone(other, owner);
    });
    this.#path = join(instances, instanceName(owner, serial));
    mkdirSync(this.#path);
    this.#write('buffer_size_kb', bufferKilobytes);
    this.#write('trace_clock', 'mono');
    for (const event of events) {
      this.#write(`events/${event}/filter`, `${isOfTheLab('sport')} || ${isOfTheLab('dport')}`);
      this.#write(`events/${event}/enable`, '1');
    }
    this.#cat = spawn('cat', [join(this.#path, 'trace_pipe')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#cat.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
    });
  }

  async read(): Promise<SeenEvent[]> {
    this.#write('tracing_on', '0');
    while (!this.#stats().every((stats) => /^entries: 0$/m.test(stats))) await pause(10);
    await this.#endCat();
    const lost = this.#stats().filter((stats) => !/^overrun: 0$/m.test(stats));
    if (lost.length > 0) throw new Error(`Expected the kernel to lose no event, got ${lost[0]}`);
    return this.#text.split('\n').flatMap((line) => {
      const event = eventFromText(line);
      const [, seconds] = /([\d.]+): \w+: /.exec(line) ?? [];
      return event === null ? [] : { event, atMs: Number(seconds) * 1000 };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endCat();
    rmdirSync(this.#path);
  }

  /** What it has written is received before its stdout closes. */
  async #endCat(): Promise<void> {
    if (this.#cat.exitCode !== null || this.#cat.signalCode !== null) return;
    this.#cat.kill();
    await once(this.#cat, 'close');
  }

  #stats(): string[] {
    const cpus = readdirSync(join(this.#path, 'per_cpu'));
    return cpus.map((cpu) => readFileSync(join(this.#path, 'per_cpu', cpu, 'stats'), 'utf8'));
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#path, file), text);
  }
}

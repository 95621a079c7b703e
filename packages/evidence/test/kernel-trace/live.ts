import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SocketRow, TracedGroup, TraceTable } from '@farewell/core';
import { AddressTexts } from '../../src/ip-address.ts';
import { type KernelEvent, kernelEvent } from '../../src/kernel-trace/kernel-event.ts';
import {
  type KernelTrace,
  monotonicNow,
  openKernelTrace,
} from '../../src/kernel-trace/read-kernel-trace.ts';
import { ProcessNames } from '../../src/kernel-trace/read-process-names.ts';
import { TracedSockets } from '../../src/kernel-trace/traced-sockets.ts';
import { loadLibc } from '../../src/libc.ts';
import { readSockDiag } from '../../src/read-sock-diag.ts';

/** A listener on a port of its own. Neither it nor its connections end anything by themselves. */
export class Listener implements AsyncDisposable {
  readonly server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.server = server;
  }

  static async open(): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Listener(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Both ends of a new connection. */
  async pair(): Promise<{ readonly client: Socket; readonly server: Socket }> {
    const accepted = once(this.server, 'connection') as Promise<[Socket]>;
    const client = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true });
    const [server] = await accepted;
    if (client.connecting) await once(client, 'connect');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    }
    return { client, server };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** Both ends have ended. Each reads what comes, so that it sees the other's FIN. */
export async function bothClosed(client: Socket, server: Socket): Promise<void> {
  await Promise.all([client, server].map((socket) => closed(socket.resume())));
}

/** Not `once`, which fails on the `error` that comes before the `close` of a reset. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.on('close', () => resolve());
  });
}

export interface Traced {
  readonly events: readonly KernelEvent[];
  readonly table: TraceTable;
  readonly sockets: TracedSockets;
}

/** Resolves when an event that fits has been recorded, also if that was before the call. */
export type Seen = (fits: (event: KernelEvent) => boolean) => Promise<void>;

interface HowToTrace {
  readonly confirmation?: 'needed' | 'not-needed';
  readonly detail?: 'all' | 'lives';
}

/** Records while `act` runs, and gives everything that was recorded. */
export async function traceWhile(
  port: number,
  act: (seen: Seen) => Promise<void>,
  { confirmation = 'not-needed', detail = 'all' }: HowToTrace = {},
): Promise<Traced> {
  await using trace = openKernelTrace({ ports: [port], detail });
  const recorder = new Recorder(trace, port, confirmation);
  const recorded = recorder.run();
  try {
    await act((fits) => recorder.seen(fits));
  } finally {
    trace.stop();
  }
  return await recorded;
}

class Recorder {
  readonly #trace: KernelTrace;
  readonly #port: number;
  readonly #confirmation: 'needed' | 'not-needed';
  readonly #events: KernelEvent[] = [];
  #waiting: { fits: (event: KernelEvent) => boolean; resolve: () => void }[] = [];

  constructor(trace: KernelTrace, port: number, confirmation: 'needed' | 'not-needed') {
    this.#trace = trace;
    this.#port = port;
    this.#confirmation = confirmation;
  }

  seen(fits: (event: KernelEvent) => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (this.#events.some(fits)) resolve();
      else this.#waiting.push({ fits, resolve });
    });
  }

  async run(): Promise<Traced> {
    const { tracefs, missing } = this.#trace;
    const names = new ProcessNames(tracefs);
    const sockets = new TracedSockets({
      startedAt: monotonicNow(),
      unixOffset: Date.now() - monotonicNow(),
      processOf: (taskId, at) => names.find(taskId, at),
      missing,
      confirmation: this.#confirmation,
      // A test that is slow on a busy machine must not be too late with its rows.
      settleTime: 600_000,
    });
    for await (const batch of this.#trace.batches()) {
      sockets.push(batch);
      const texts = { addresses: new AddressTexts(), reasons: batch.reasons };
      for (const row of batch.order.subarray(0, batch.length)) {
        this.#record(kernelEvent(batch.columns, row, texts));
      }
    }
    return { events: this.#events, table: sockets.table(monotonicNow()), sockets };
  }

  /** A disconnected socket passes the trace's filter, whatever port of whatever process it had. */
  #record(event: KernelEvent): void {
    if (event.kind !== 'lost' && ![event.localPort, event.remotePort].includes(this.#port)) return;
    this.#events.push(event);
    for (const { fits, resolve } of this.#waiting) if (fits(event)) resolve();
    this.#waiting = this.#waiting.filter(({ fits }) => !fits(event));
  }
}

/** `kind` and states of the events of one end, in short: `ESTABLISHED>FIN-WAIT-1`, `send-reset`. */
export function pathOf(events: readonly KernelEvent[], localPort: number): string[] {
  return events.flatMap((event) => {
    if (event.kind === 'lost' || event.localPort !== localPort) return [];
    return [event.kind === 'tcp-state' ? `${event.from}>${event.to}` : event.kind];
  });
}

/** Resolves as soon as the condition holds; the test's own timeout bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(5);
}

/** The command line that runs a TypeScript file of this folder against the sources. */
export function nodeArguments(file: string, ...rest: readonly string[]): string[] {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return [process.execPath, '--import', 'tsx', '--conditions', '@farewell/source', path, ...rest];
}

/** One end has become CLOSED. */
export function closedAt(localPort: number | undefined): (event: KernelEvent) => boolean {
  return (event) =>
    event.kind === 'tcp-state' && event.to === 'CLOSED' && event.localPort === localPort;
}

/** The one group of a role. */
export function groupOf(groups: readonly TracedGroup[], role: 'client' | 'server'): TracedGroup {
  const group = groups.find((candidate) => candidate.role === role);
  if (!group) throw new Error(`no group of a ${role}`);
  return group;
}

/** The TCP sockets of this network namespace. */
export function readRows(): readonly SocketRow[] {
  const { libc } = loadLibc();
  if (libc === null) throw new Error('no koffi');
  return readSockDiag(libc, { tcpInfo: false }).rows;
}

/** The connection, not the listener. */
export function rowOf(localPort: number): SocketRow | undefined {
  return readRows().find((row) => row.localPort === localPort && row.tcpState !== 'LISTEN');
}

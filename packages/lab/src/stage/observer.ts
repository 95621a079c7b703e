import type { SocketRow, SocketTable } from '@farewell/core';
import type { NamespaceReader } from '@farewell/evidence';
import type { LabEvent } from '../diagram/event.ts';
import type { Capture } from '../packets/capture.ts';
import { Wire } from '../packets/wire.ts';
import { type Ends, findEnds, type Ports } from './ends.ts';
import type { StageTrace } from './trace.ts';

/** Watches one scenario: the rows of its sockets each time the table is read, and its packets. */
export class Observer {
  readonly #reader: NamespaceReader;
  readonly #capture: Capture | null;
  readonly #trace: StageTrace | null;
  readonly #ports: Ports;
  /** One for each hop. */
  readonly #wires: readonly Wire[];
  readonly #events: LabEvent[] = [];
  readonly #lastRows = new Map<string, SocketRow>();

  constructor(options: {
    readonly reader: NamespaceReader;
    /** Null where packets may not be seen: then the table alone tells what happened. */
    readonly capture: Capture | null;
    /** Null where the kernel gives none. It learns from the rows which sockets are meant. */
    readonly trace: StageTrace | null;
    readonly ports: Ports;
  }) {
    this.#reader = options.reader;
    this.#capture = options.capture;
    this.#trace = options.trace;
    this.#ports = options.ports;
    const { frontPort, serverPort } = options.ports;
    this.#wires = [...new Set([frontPort, serverPort])].map((port) => new Wire(port));
  }

  /** Reads the table once. */
  look(): Ends {
    return this.ends(this.#reader.readTable({ tcpInfo: false }));
  }

  /** The two ends in this table; what changed since the last one becomes an event. */
  ends(table: SocketTable): Ends {
    this.#trace?.confirm(table.rows);
    const ends = findEnds(table.rows, this.#ports);
    const at = table.at ?? Date.now();
    this.#recordStates(ends, at);
    this.#recordPackets();
    return ends;
  }

  /** All that was seen so far, in no certain order: packets are read later than they come in. */
  events(): readonly LabEvent[] {
    this.#recordPackets();
    return this.#events;
  }

  #recordStates({ client, server }: Ends, at: number): void {
    const rows = [...client, ...server];
    const current = new Map(rows.map((row) => [`${row.localPort} ${row.remotePort}`, row]));
    for (const [key, row] of current)
      if (this.#lastRows.get(key)?.tcpState !== row.tcpState) this.#recordState(row, at);
    for (const [key, { localPort, remotePort }] of this.#lastRows)
      if (!current.has(key)) this.#recordState({ localPort, remotePort, tcpState: 'CLOSED' }, at);
    this.#lastRows.clear();
    for (const [key, row] of current) this.#lastRows.set(key, row);
  }

  #recordState({ localPort, remotePort, tcpState }: StateOfSocket, at: number): void {
    const of = localPort === this.#ports.serverPort ? 'server' : 'client';
    const [clientPort, serverPort] =
      of === 'server' ? [remotePort, localPort] : [localPort, remotePort];
    this.#events.push({ kind: 'tcp-state', at, of, clientPort, serverPort, tcpState });
  }

  #recordPackets(): void {
    for (const segment of this.#capture?.drain() ?? []) {
      for (const wire of this.#wires) {
        const event = wire.read(segment);
        if (event !== null) this.#events.push(event);
      }
    }
  }
}

type StateOfSocket = Pick<SocketRow, 'localPort' | 'remotePort' | 'tcpState'>;

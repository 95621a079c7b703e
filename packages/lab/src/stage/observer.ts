import type { SocketRow, SocketTable } from '@farewell/core';
import type { NamespaceReader } from '@farewell/evidence';
import type { LabEvent } from '../diagram/event.ts';
import type { Capture } from '../packets/capture.ts';
import { Wire } from '../packets/wire.ts';
import { type Ends, findEnds } from './ends.ts';

/** Watches one scenario: the rows of its sockets each time the table is read, and its packets. */
export class Observer {
  readonly #reader: NamespaceReader;
  readonly #capture: Capture | null;
  readonly #serverPort: number;
  readonly #clientPorts: ReadonlySet<number>;
  readonly #wire: Wire;
  readonly #events: LabEvent[] = [];
  readonly #lastRows = new Map<string, SocketRow>();

  constructor(options: {
    readonly reader: NamespaceReader;
    /** Null where packets may not be seen: then the table alone tells what happened. */
    readonly capture: Capture | null;
    readonly serverPort: number;
    readonly clientPorts: ReadonlySet<number>;
  }) {
    this.#reader = options.reader;
    this.#capture = options.capture;
    this.#serverPort = options.serverPort;
    this.#clientPorts = options.clientPorts;
    this.#wire = new Wire(options.serverPort);
  }

  /** Reads the table once. */
  look(): Ends {
    return this.ends(this.#reader.readTable({ tcpInfo: false }));
  }

  /** The two ends in this table; what changed since the last one becomes an event. */
  ends(table: SocketTable): Ends {
    const ends = findEnds(table.rows, this.#serverPort, this.#clientPorts);
    this.#recordStates([...ends.client, ...ends.server], table.at ?? Date.now());
    this.#recordPackets();
    return ends;
  }

  /** All that was seen so far, in no certain order: packets are read later than they come in. */
  events(): readonly LabEvent[] {
    this.#recordPackets();
    return this.#events;
  }

  #recordStates(rows: readonly SocketRow[], at: number): void {
    const current = new Map(rows.map((row) => [`${row.localPort} ${row.remotePort}`, row]));
    for (const [key, row] of current)
      if (this.#lastRows.get(key)?.tcpState !== row.tcpState) this.#recordState(row, at);
    for (const [key, row] of this.#lastRows)
      if (!current.has(key)) this.#recordState({ ...row, tcpState: 'CLOSED' }, at);
    this.#lastRows.clear();
    for (const [key, row] of current) this.#lastRows.set(key, row);
  }

  #recordState({ localPort, remotePort, tcpState }: SocketRow, at: number): void {
    const of = localPort === this.#serverPort ? 'server' : 'client';
    const clientPort = of === 'server' ? remotePort : localPort;
    this.#events.push({ kind: 'tcp-state', at, of, clientPort, tcpState });
  }

  #recordPackets(): void {
    for (const segment of this.#capture?.drain() ?? []) {
      const event = this.#wire.read(segment);
      if (event !== null) this.#events.push(event);
    }
  }
}

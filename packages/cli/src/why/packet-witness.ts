import type { ConnectionInPackets, PacketTable, Speech } from '@farewell/core';
import { type CapturedConnection, CaptureReader } from '@farewell/evidence';
import { createExplainer } from '../explain/explained.ts';
import { Summary, type VerdictGroup } from '../explain/summary.ts';

/** What packets showed: for the diagnosis, and the verdicts that packets give by themselves. */
export interface Captured {
  readonly table: PacketTable;
  readonly groups: readonly VerdictGroup[];
}

/** How the capture went, as the capturing program tells it. */
interface CaptureEnd {
  readonly source: PacketTable['source'];
  /** Up to when packets were looked for, Unix ms. */
  readonly to: number;
  /** null: it does not say, or the capture itself does. */
  readonly lost: number | null;
}

/** So many connections that have not ended are looked up by socket; those beyond are only counted. */
const mostLive = 200_000;

/** Takes a capture while it is written and concludes when it ends. */
export class PacketWitness {
  readonly #from = Date.now();
  readonly #explain = createExplainer();
  readonly #summary = new Summary();
  readonly #live: ConnectionInPackets[] = [];
  readonly #verdicts = new Map<string, number>();
  readonly #spoken: Record<Speech, number> = {
    websocket: 0,
    'likely-websocket': 0,
    other: 0,
    hidden: 0,
    nothing: 0,
  };
  readonly #reader = new CaptureReader({
    onConnection: (record) => this.#take(record.read()),
  });

  see(bytes: Uint8Array): void {
    this.#reader.feed(bytes);
  }

  captured({ source, to, lost }: CaptureEnd): Captured {
    this.#reader.onCaptureEnd(to);
    const { packets, droppedByCapture } = this.#reader.end();
    const table: PacketTable = {
      source,
      from: this.#from,
      to,
      packets,
      lost: lost ?? droppedByCapture,
      spoken: this.#spoken,
      verdicts: this.#verdicts,
      live: this.#live,
    };
    return { table, groups: this.#summary.groups() };
  }

  #take(connection: CapturedConnection): void {
    const explained = this.#explain(connection);
    const speaks = speechOf(connection);
    this.#summary.add(explained);
    this.#spoken[speaks] += 1;
    const verdicts = explained.verdicts.map(({ id }) => id);
    for (const id of verdicts) this.#verdicts.set(id, (this.#verdicts.get(id) ?? 0) + 1);
    const { client, server, endedAt } = connection;
    if (endedAt === null && this.#live.length < mostLive)
      this.#live.push({ client, server, speaks, verdicts });
  }
}

function speechOf({ webSocket, payload }: CapturedConnection): Speech {
  if (webSocket === true) return 'websocket';
  if (webSocket === 'likely') return 'likely-websocket';
  if (payload === 'tls') return 'hidden';
  return payload === 'none' ? 'nothing' : 'other';
}

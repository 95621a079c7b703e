import type { SocketState } from '@farewell/core';

/** What is done to the connections once all are open. */
export type Fault =
  | 'end'
  | 'exception'
  | 'killed'
  | 'cut'
  | 'stopped'
  | 'loss-to-client'
  | 'loss-to-server';

/** One run: which programs of examples/ktor, and what happens to them. */
export interface Experiment {
  readonly program: 'asusual' | 'mended';
  readonly engine: 'CIO' | 'Netty';
  readonly fault: Fault;
  /** How long the kernel's table is watched behind the fault, ms. */
  readonly watch: number;
}

export const connections = 200;

/** TIME-WAIT lasts 60 s, so the runs that measure it are watched for longer. */
const watchOf: Readonly<Record<Fault, number>> = {
  end: 70_000,
  exception: 30_000,
  killed: 15_000,
  cut: 50_000,
  stopped: 15_000,
  'loss-to-client': 100_000,
  'loss-to-server': 100_000,
};

const faults: readonly Fault[] = ['end', 'exception', 'killed', 'cut', 'stopped'];

export const experiments: readonly Experiment[] = [
  ...(['asusual', 'mended'] as const).flatMap((program) =>
    (['CIO', 'Netty'] as const).flatMap((engine) =>
      faults.map((fault) => ({ program, engine, fault, watch: watchOf[fault] })),
    ),
  ),
  ...(['loss-to-client', 'loss-to-server'] as const).map((fault) => ({
    program: 'asusual' as const,
    engine: 'Netty' as const,
    fault,
    watch: watchOf[fault],
  })),
];

export function nameOf({ program, engine, fault }: Experiment): string {
  return `${program}-${engine.toLowerCase()}-${fault}`;
}

/** What a stage prints when its fault has had its immediate effect, before the JSON of what it saw. */
export const faultIsOver = 'the fault is over';

export type Side = 'client' | 'server';

/** Sockets by side and tcpState; a state that no socket is in is left out. */
export type Counts = Readonly<Record<Side, Readonly<Partial<Record<SocketState, number>>>>>;

export interface Sample {
  /** Since all connections were open, ms. */
  readonly at: number;
  readonly counts: Counts;
}

export interface VerdictSeen {
  readonly id: string;
  readonly severity: string;
  readonly count: number;
  readonly summary: string;
}

/** What one run showed. */
export interface Run extends Experiment {
  readonly connections: number;
  readonly faultAt: number;
  readonly samples: readonly Sample[];
  /** Of the last sample but those of the namespace's end. */
  readonly verdicts: readonly VerdictSeen[];
  /** From the capture: how many connections, by how they ended and who was first. */
  readonly packets: Packets;
  /** Open descriptors of each process when all connections were open, and at the end; null: it has ended. */
  readonly descriptors: Readonly<Record<Side, readonly [open: number, atEnd: number | null]>>;
  /** How long each TIME-WAIT that ended was in the table, ms; rounded to the 250 ms between two looks. */
  readonly timeWait: {
    readonly count: number;
    readonly median: number;
    readonly max: number;
  } | null;
  /** Behind the end of the server: was its port free for the next one, and beside how many TIME-WAITs. */
  readonly listenedAgain: { readonly succeeded: boolean; readonly timeWaits: number } | null;
}

export interface Packets {
  readonly ending: Readonly<Record<string, number>>;
  /** Who sent the first Close frame. */
  readonly firstClose: Readonly<Record<string, number>>;
  readonly firstFin: Readonly<Record<string, number>>;
  readonly timeWait: Readonly<Record<string, number>>;
  /** Close was sent by one side and the first FIN by the other. */
  readonly closeAndFinDiffer: number;
  readonly codes: Readonly<Record<string, number>>;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Counters, Evidence, SocketTable, TraceTable } from '@farewell/core';
import { diagnose, type Verdict } from '@farewell/diagnosis';
import type { NamespaceReader } from '@farewell/evidence';
import { type Ports, withoutStrangers } from './ends.ts';
import type { StageTrace } from './trace.ts';

/**
 * The time between the two snapshots, ms. A socket that is only passing through a state is gone from it
 * after a fraction of this on loopback.
 */
const watched = 1000;

/** What there is to read. `trace` has watched from before the first connection. */
export interface Sources {
  readonly reader: NamespaceReader;
  readonly serverPort: number;
  /** How our sockets are told from others' on a shared loopback; null in a namespace of our own. */
  readonly ownPorts: Ports | null;
  readonly trace: StageTrace | null;
}

/** What the diagnosis says, with the table it rests on. */
export interface Watched {
  /** With the trace, if there is one. */
  readonly verdicts: readonly Verdict[];
  /** Without it. */
  readonly untraced: readonly Verdict[];
  readonly trace: TraceTable | null;
  readonly last: SocketTable;
}

/** What `farewell why :PORT --for 1s` would say, with and without root. */
export async function watchAndDiagnose(sources: Sources): Promise<Watched> {
  const { reader, serverPort, trace } = sources;
  const first = look(sources);
  trace?.confirm(first.table.rows);
  await pause(watched);
  const last = look(sources);
  const evidence: Evidence = {
    namespace: reader.namespace,
    snapshots: [first.table, last.table],
    owners: reader.readOwners(),
    settings: reader.readSettings(),
    counters: [first.counters, last.counters].filter((counters) => counters !== null),
    missing: reader.missing,
    platform: 'linux',
  };
  const target = { kind: 'port', port: serverPort } as const;
  const untraced = diagnose(evidence, target).verdicts;
  if (trace === null) return { verdicts: untraced, untraced, trace, last: last.table };
  const table = await trace.table(last.table.rows);
  const { verdicts } = diagnose({ ...evidence, trace: table }, target);
  return { verdicts, untraced, trace: table, last: last.table };
}

/** On a shared loopback the counters count what everybody does, and the table has everybody's sockets. */
function look({ reader, ownPorts }: Sources): {
  readonly table: SocketTable;
  readonly counters: Counters | null;
} {
  const table = reader.readTable();
  if (ownPorts === null) return { table, counters: reader.readCounters() };
  return { table: withoutStrangers(table, ownPorts), counters: null };
}

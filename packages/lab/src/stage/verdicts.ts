import { setTimeout as pause } from 'node:timers/promises';
import type { Evidence, SocketTable } from '@farewell/core';
import { diagnose, type Verdict } from '@farewell/diagnosis';
import type { NamespaceReader } from '@farewell/evidence';

/**
 * The time between the two snapshots, ms. A socket that is only passing through a state is gone from it
 * after a fraction of this on loopback.
 */
const watched = 1000;

/** What `farewell why :PORT --for 1s` would say, with the tables it rests on. */
export async function watchAndDiagnose(
  reader: NamespaceReader,
  serverPort: number,
): Promise<{ readonly verdicts: readonly Verdict[]; readonly last: SocketTable }> {
  const first = look(reader);
  await pause(watched);
  const last = look(reader);
  const evidence: Evidence = {
    namespace: reader.namespace,
    snapshots: [first.table, last.table],
    owners: reader.readOwners(),
    settings: reader.readSettings(),
    counters: [first.counters, last.counters].filter((counters) => counters !== null),
    missing: reader.missing,
    platform: 'linux',
  };
  const { verdicts } = diagnose(evidence, { kind: 'port', port: serverPort });
  return { verdicts, last: last.table };
}

function look(reader: NamespaceReader) {
  return { table: reader.readTable(), counters: reader.readCounters() };
}

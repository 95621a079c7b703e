import type {
  Counters,
  Evidence,
  Owners,
  ProcessInfo,
  SocketRow,
  SocketTable,
  TcpSettings,
} from '@farewell/core';
import {
  diagnose,
  type Report,
  type Target,
  type Verdict,
  type VerdictId,
} from '../../src/index.ts';

export const settings: TcpSettings = {
  finTimeout: 60_000,
  portRange: [32_768, 60_999],
  timeWaitReuse: 2,
  maxTimeWait: 131_072,
  maxOrphans: 65_536,
  orphanRetries: 0,
  retries2: 15,
  keepaliveTime: 7_200_000,
  keepaliveInterval: 75_000,
  keepaliveProbes: 9,
  somaxconn: 4096,
  fileMax: 1_000_000,
};

export function processInfo(facts: Partial<ProcessInfo> = {}): ProcessInfo {
  return {
    pid: 4121,
    name: 'java',
    uid: 1000,
    user: 'app',
    container: null,
    openDescriptors: 400,
    descriptorLimit: 4096,
    ...facts,
  };
}

/** One process holds every inode of the rows. */
export function ownedBy(process: ProcessInfo, rows: readonly SocketRow[]): Owners {
  const inodes = rows.flatMap(({ inode }) => (inode ? [inode] : []));
  return { processes: [process], byInode: new Map(inodes.map((inode) => [inode, [process.pid]])) };
}

export function counters(at: number, values: Record<string, number>, timeWait = 0): Counters {
  return { at, values, sockets: { inUse: 10, orphan: 0, timeWait } };
}

/** One snapshot for each list of rows, 3 s apart, held by java, with default settings. */
export function evidence(
  snapshots: readonly (readonly SocketRow[])[],
  facts: Partial<Evidence> = {},
): Evidence {
  return {
    namespace: { inode: 4_026_531_840, label: 'this network namespace' },
    snapshots: snapshots.map((rows, index) => table(rows, 1000 + index * 3000)),
    owners: ownedBy(processInfo(), snapshots.flat()),
    settings,
    counters: [],
    missing: [],
    platform: 'linux',
    ...facts,
  };
}

export function table(rows: readonly SocketRow[], at: number | null): SocketTable {
  return { source: 'sock-diag', at, rows, problems: [], missing: [] };
}

export const everything: Target = { kind: 'namespace' };

/** The report on one snapshot of these rows. */
export function report(rows: readonly SocketRow[], facts: Partial<Evidence> = {}): Report {
  return diagnose(evidence([rows], facts), everything);
}

/** The verdict of this id about one snapshot. */
export function verdict(
  id: VerdictId,
  rows: readonly SocketRow[],
  facts: Partial<Evidence> = {},
): Verdict | undefined {
  return find(id, evidence([rows], facts));
}

/** The verdict of this id about two snapshots, 3 s apart. */
export function verdictAfter(
  id: VerdictId,
  snapshots: readonly [before: readonly SocketRow[], now: readonly SocketRow[]],
  facts: Partial<Evidence> = {},
): Verdict | undefined {
  return find(id, evidence(snapshots, facts));
}

function find(id: VerdictId, seen: Evidence): Verdict | undefined {
  return diagnose(seen, everything).verdicts.find((each) => each.id === id);
}

/** All the texts of a verdict, for what they must say or must not. */
export function textsOf(verdict: Verdict | undefined): readonly string[] {
  if (!verdict) return [];
  return [
    verdict.summary,
    ...verdict.evidence.map(({ text }) => text),
    ...verdict.costs.map(({ text }) => text),
    ...(verdict.lasts ? [verdict.lasts.text, verdict.lasts.because] : []),
    ...verdict.do,
  ];
}

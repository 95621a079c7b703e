import type {
  DurationBucket,
  FirstFin,
  ResetCount,
  SeenCloses,
  SocketEnding,
  TracedGroup,
  TracedProcess,
  TraceTable,
} from '@farewell/core';
import type { Target } from './report.ts';
import { endpoint } from './scope.ts';
import type { Service } from './services.ts';
import type { Survey } from './survey.ts';

/** What happened to a service's sockets while they were watched. */
export interface History {
  /** As of the service: `server 8080`, `client 10.0.0.7:443`. */
  readonly key: string;
  readonly role: 'server' | 'client';
  readonly port: number;
  readonly destination: string | null;
  /** Its sockets in the last snapshot; null: none is left. */
  readonly service: Service | null;
  readonly source: NonNullable<TraceTable['source']>;
  /** Time watched, ms. */
  readonly watched: number;
  /** One for each process, most ended sockets first. */
  readonly groups: readonly TracedGroup[];
  readonly opened: number;
  readonly ended: number;
  readonly endings: Readonly<Record<SocketEnding, number>>;
  readonly firstFins: Readonly<Record<FirstFin, number>>;
  readonly closes: SeenCloses;
  /** ms between the first and the last end. */
  readonly endedOver: number;
  readonly lifetimes: readonly DurationBucket[];
  readonly idleAges: readonly DurationBucket[];
  readonly resets: readonly ResetCount[];
  readonly retransmits: number;
}

/** The histories of the target's services, most ended sockets first. */
export function historiesOf(
  trace: TraceTable | null,
  target: Target,
  survey: Survey,
): readonly History[] {
  if (!trace) return [];
  const byKey = new Map<string, TracedGroup[]>();
  for (const group of trace.groups) {
    const key = keyOf(group);
    if (key === null || !inScope(group, target, survey.byKey.has(key))) continue;
    const known = byKey.get(key);
    if (known) known.push(group);
    else byKey.set(key, [group]);
  }
  return [...byKey.entries()]
    .flatMap(([key, groups]) => historyOf(key, groups, { trace, survey }))
    .sort((a, b) => b.ended - a.ended || (a.key < b.key ? -1 : 1))
    .slice(0, mostHistories);
}

/** Sockets in the order of the processes that closed them, the most first. */
export function processesOf(
  history: History,
  countOf: (group: TracedGroup) => number,
): readonly (readonly [process: TracedProcess, count: number])[] {
  return history.groups
    .flatMap((group) => (group.process ? [[group.process, countOf(group)] as const] : []))
    .filter(([, count]) => count > 0)
    .sort(([a, m], [b, n]) => n - m || a.pid - b.pid);
}

/** How many RSTs of one direction had one of these reasons; no reasons: any. */
export function resetCount(
  resets: readonly ResetCount[],
  direction: ResetCount['direction'],
  reasons?: (reason: string | null) => boolean,
): number {
  return resets.reduce((sum, reset) => {
    const isMeant = reset.direction === direction && (reasons?.(reset.reason) ?? true);
    return isMeant ? sum + reset.count : sum;
  }, 0);
}

/** As many services as get verdicts of their own from tables. */
const mostHistories = 120;

function keyOf({ role, localPort, remoteAddress, remotePort }: TracedGroup): string | null {
  if (role === 'server' && localPort !== null) return `server ${localPort}`;
  if (role !== 'client' || remoteAddress === null || remotePort === null) return null;
  return `client ${endpoint(remoteAddress, remotePort)}`;
}

function inScope(group: TracedGroup, target: Target, isInTable: boolean): boolean {
  const { process, localPort, remotePort, remoteAddress } = group;
  switch (target.kind) {
    case 'namespace':
      return true;
    case 'port':
      return localPort === target.port || remotePort === target.port;
    case 'endpoint':
      if (group.role === 'server') return isInTable;
      return remotePort === target.port && remoteAddress === target.address;
    case 'pid':
      return process ? process.pid === target.pid : isInTable;
    case 'name':
      return process ? process.name === target.name : isInTable;
  }
}

function historyOf(
  key: string,
  groups: readonly TracedGroup[],
  { trace, survey }: { readonly trace: TraceTable; readonly survey: Survey },
): readonly History[] {
  const [first] = groups;
  const port = first?.role === 'server' ? first.localPort : first?.remotePort;
  if (!first || first.role === 'unknown' || port == null) return [];
  const sum = (of: (group: TracedGroup) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  return [
    {
      key,
      role: first.role,
      port,
      destination: first.role === 'client' ? endpoint(first.remoteAddress ?? '', port) : null,
      service: survey.byKey.get(key) ?? null,
      source: trace.source ?? 'kernel-trace',
      watched: Math.max(0, trace.to - trace.from),
      groups,
      opened: sum((group) => group.opened),
      ended: sum((group) => group.ended),
      endings: sums(groups.map((group) => group.endings)),
      firstFins: sums(groups.map((group) => group.firstFins)),
      closes: sums(groups.map((group) => group.closes)),
      endedOver: groups.reduce((most, { endedOver }) => Math.max(most, endedOver), 0),
      lifetimes: merged(groups.map((group) => group.lifetimes)),
      idleAges: merged(groups.map((group) => group.idleAges)),
      resets: groups.flatMap((group) => group.resets),
      retransmits: sum((group) => group.retransmits),
    },
  ];
}

/** Records of numbers with the same keys, added up. */
function sums<T extends { readonly [K in keyof T]: number }>(records: readonly T[]): T {
  const [first, ...others] = records;
  const entries = Object.entries(first ?? {}).map(([key, value]) => {
    const rest = others.map((record) => record[key as keyof T]);
    return [key, rest.reduce((sum: number, each) => sum + each, Number(value))] as const;
  });
  return Object.fromEntries(entries) as T;
}

function merged(histograms: readonly (readonly DurationBucket[])[]): readonly DurationBucket[] {
  const buckets = new Map<string, DurationBucket>();
  for (const bucket of histograms.flat()) {
    const key = `${bucket.from} ${bucket.to}`;
    const count = (buckets.get(key)?.count ?? 0) + bucket.count;
    buckets.set(key, { ...bucket, count });
  }
  return [...buckets.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

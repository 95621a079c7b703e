import type {
  Counters,
  Evidence,
  ProcessInfo,
  SocketRow,
  SocketTable,
  TcpSettings,
  TraceTable,
} from '@farewell/core';
import { isLocalPair } from './attribution.ts';
import { type History, historiesOf } from './history.ts';
import { type Holders, holders, type Ownership, ownership } from './owners.ts';
import { type InPackets, inPackets } from './packets-seen.ts';
import { type PortUse, portUse } from './ports.ts';
import type { Target } from './report.ts';
import { rowsIn, type Service } from './services.ts';
import { type Survey, surveyOf } from './survey.ts';
import type { Verdict } from './verdict.ts';

/** What every rule looks at: the target's sockets now and before, and what surrounds them. */
export interface Scene {
  readonly target: Target;
  readonly now: Survey;
  /** The oldest snapshot; null if there is one snapshot, or if the time between them is not known. */
  readonly before: Survey | null;
  /** Time between the two, ms; 0 with one. */
  readonly duration: number;
  readonly ownership: Ownership;
  readonly settings: TcpSettings | null;
  readonly platform: Evidence['platform'];
  readonly counters: { readonly before: Counters | null; readonly now: Counters | null };
  /** The same socket in the oldest snapshot, if it was there in the same tcpState. */
  readonly earlier: (row: SocketRow) => SocketRow | null;
  /** The other end of the connection, if it is on this machine and not in TIME-WAIT. */
  readonly mirror: (row: SocketRow) => SocketRow | null;
  /** The ports that a service of clients uses, the fullest (source, destination) first. */
  readonly ports: (service: Service) => readonly PortUse[];
  /** Who holds a service's sockets. */
  readonly holders: (service: Service) => Holders;
  /** What happened between the snapshots; null: nothing was recorded. */
  readonly trace: TraceTable | null;
  /** By service, most ended sockets first; empty without a trace. */
  readonly histories: readonly History[];
  /** What happened to a service's sockets, as far as it was seen. */
  readonly historyOf: (service: Service) => History | null;
  /** What was captured between the snapshots; null: nothing was. */
  readonly packets: InPackets | null;
}

/** Verdicts from a scene: pure, silent where there is no evidence. */
export type Rule = (scene: Scene) => readonly Verdict[];

export function sceneOf(evidence: Evidence, target: Target): Scene {
  const tables = evidence.snapshots;
  const last = tables.at(-1) ?? noTable;
  const duration = timeBetween(tables[0]?.at ?? null, last.at);
  const owned = ownership(evidence.owners);
  const before = duration > 0 && tables[0] ? surveyOf(tables[0], evidence, target) : null;
  const now = surveyOf(last, evidence, target);
  const trace = evidence.trace ?? null;
  const histories = historiesOf(trace, target, now);
  const byKey = new Map(histories.map((history) => [history.key, history]));
  return {
    target,
    now,
    before,
    duration,
    ownership: owned,
    settings: evidence.settings,
    platform: evidence.platform,
    counters: {
      before: evidence.counters.length > 1 ? (evidence.counters[0] ?? null) : null,
      now: evidence.counters.at(-1) ?? null,
    },
    earlier: before ? earlierIn(before.table) : () => null,
    mirror: mirrorIn(last),
    ports: once((service) => portUse(service, evidence.settings)),
    holders: once((service) => holders([...service.rows.values()], owned)),
    trace,
    histories,
    historyOf: ({ key }) => byKey.get(key) ?? null,
    packets: evidence.packets ? inPackets(evidence.packets) : null,
  };
}

/** The process that is answerable for a service: its listener's, or whoever is connected there now. */
function serviceProcess(scene: Scene, service: Service): ProcessInfo | null {
  const listening = holders([rowsIn(service, 'LISTEN')], scene.ownership);
  const live = listening.length > 0 ? listening : scene.holders(service);
  const [first] = live;
  // Workers of one program share a port: any of them names it. Two programs: nobody can tell.
  return first && live.every(([process]) => process.name === first[0].name) ? first[0] : null;
}

/** The process that holds most of these rows, else the service's. */
export function holderOf(
  scene: Scene,
  service: Service | null,
  rows: readonly SocketRow[],
): ProcessInfo | null {
  const holder = holders([rows], scene.ownership)[0]?.[0] ?? null;
  return holder ?? (service ? serviceProcess(scene, service) : null);
}

const noTable = { source: 'proc-net-tcp', at: null, rows: [], problems: [], missing: [] } as const;

function timeBetween(first: number | null, last: number | null): number {
  return first === null || last === null ? 0 : Math.max(0, last - first);
}

function earlierIn(table: SocketTable): Scene['earlier'] {
  const find = finderIn(table);
  return (row) => {
    const found = find(identity(row));
    if (!found || found.tcpState !== row.tcpState) return null;
    const another = found.cookie !== null && row.cookie !== null && found.cookie !== row.cookie;
    return another ? null : found;
  };
}

/** More than one rule asks, and a client may have all its 100,000 sockets in one service. */
function once<Answer>(find: (service: Service) => Answer): (service: Service) => Answer {
  const known = new Map<Service, Answer>();
  return (service) => {
    const answer = known.get(service) ?? find(service);
    known.set(service, answer);
    return answer;
  };
}

function mirrorIn(table: SocketTable): Scene['mirror'] {
  const find = finderIn(table);
  return (row) => (isLocalPair(row) ? find(mirrored(row)) : null);
}

/** TIME-WAITs are many and nobody asks for them; the others are found by their 4-tuple. */
function finderIn(table: SocketTable): (identity: string) => SocketRow | null {
  let known: Map<string, SocketRow> | null = null;
  return (identity) => {
    known ??= byIdentity(table);
    return known.get(identity) ?? null;
  };
}

function byIdentity(table: SocketTable): Map<string, SocketRow> {
  const live = table.rows.filter(({ tcpState }) => tcpState !== 'TIME-WAIT');
  return new Map(live.map((row) => [identity(row), row]));
}

function identity(row: SocketRow): string {
  return `${row.localAddress} ${row.localPort} ${row.remoteAddress} ${row.remotePort}`;
}

function mirrored(row: SocketRow): string {
  return `${row.remoteAddress} ${row.remotePort} ${row.localAddress} ${row.localPort}`;
}

import type { SocketRow, TracedGroup, TracedProcess } from '@farewell/core';
import { groupsOf, sumOf } from './groups.ts';
import { type History, processesOf } from './history.ts';
import { processRef } from './owners.ts';
import { packetEvidence } from './packets-seen.ts';
import { holderOf, type Scene } from './scene.ts';
import type { Who } from './sentences/who.ts';
import type { Service } from './services.ts';
import type { Confidence, EvidenceItem, ProcessRef, SocketGroup, Verdict } from './verdict.ts';

/** What a verdict is about: sockets of one service, or of several (null). */
export interface Subject {
  readonly scene: Scene;
  readonly service: Service | null;
  readonly rows: readonly SocketRow[];
  /** Sockets meant besides `rows` that were counted by peer and not kept: TIME-WAITs. */
  readonly counted?: readonly SocketGroup[];
  /** The process that the trace saw making them: nobody holds a TIME-WAIT. */
  readonly maker?: TracedProcess | null;
}

/** What a rule decides and says; the rest follows from the subject. */
type Finding = Pick<
  Verdict,
  'id' | 'severity' | 'confidence' | 'summary' | 'evidence' | 'costs' | 'lasts' | 'do'
>;

/** A verdict about sockets of one service: who holds them, where they go, who the peers are. */
export function verdictOn(
  { scene, service, rows, counted = [], maker = null }: Subject,
  finding: Finding,
): Verdict {
  const holder = holderOf(scene, service, rows);
  return {
    ...finding,
    evidence: [...finding.evidence, ...packetEvidence(scene, finding.id, rows)],
    count: rows.length + sumOf(counted),
    process: maker ? tracedRef(scene, maker) : holder && processRef(holder),
    port: service?.port ?? null,
    destination: service?.destination ?? null,
    groups: groupsOf(service, rows, counted),
    page: pageOf(finding.id),
  };
}

/** A verdict about what happened: to how many sockets, and who did it or has the other end. */
export function verdictOnHistory(
  { scene, history, count, process }: HistorySubject,
  finding: Finding,
): Verdict {
  return {
    ...finding,
    count,
    process: process && tracedRef(scene, process),
    port: history.port,
    destination: history.destination,
    groups: history.destination === null ? [] : [{ peer: history.destination, count }],
    page: pageOf(finding.id),
  };
}

/** The process with all that is known of it; if it has ended, that is its pid and its name. */
function tracedRef(scene: Scene, traced: TracedProcess): ProcessRef {
  const known = scene.ownership.byPid(traced.pid);
  return known ? processRef(known) : { ...traced, user: null, container: null };
}

/** Sockets of one service that something happened to. */
export interface HistorySubject {
  readonly scene: Scene;
  readonly history: History;
  readonly count: number;
  readonly process: TracedProcess | null;
}

/** The local process of a history: the one that these sockets count most for, else the service's. */
export function processIn(
  scene: Scene,
  history: History,
  countOf: (group: TracedGroup) => number = ({ opened, ended }) => opened + ended,
): TracedProcess | null {
  const [first] = processesOf(history, countOf);
  if (first) return first[0];
  const holder = history.service ? holderOf(scene, history.service, []) : null;
  return holder && { pid: holder.pid, name: holder.name };
}

/** How sentences call the two sides of a history. */
export function whoInHistory(process: TracedProcess | null, { role }: History): Who {
  return { app: process?.name ?? 'the application', peer: peers[role] };
}

function pageOf(id: Verdict['id']): string {
  return `docs/verdicts/${id}.md`;
}

/** How sentences call the two sides: by the process's name where it is known. */
export function whoIn({ scene, service, rows, maker }: Subject): Who {
  const name = (maker ?? holderOf(scene, service, rows))?.name ?? 'the application';
  return { app: name, peer: peers[service?.role ?? 'unknown'] };
}

const peers = { server: 'the client', client: 'the server', unknown: 'the peer' } as const;

/** An item of evidence that is a number of something. */
export function fact(
  value: number | null,
  unit: string,
  said: Pick<EvidenceItem, 'text' | 'source'>,
): EvidenceItem {
  return { value, unit, ...said };
}

const order: readonly Confidence[] = ['certain', 'likely', 'possible'];

/** A conclusion is as sure as the least sure of its reasons. */
export function weakest(reasons: readonly Confidence[]): Confidence {
  return order.findLast((confidence) => reasons.includes(confidence)) ?? 'possible';
}

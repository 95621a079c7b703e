import type { SocketRow } from '@farewell/core';
import { groupsOf, sumOf } from './groups.ts';
import { processRef } from './owners.ts';
import { holderOf, type Scene } from './scene.ts';
import type { Who } from './sentences.ts';
import type { Service } from './services.ts';
import type { Confidence, EvidenceItem, SocketGroup, Verdict } from './verdict.ts';

/** What a verdict is about: sockets of one service, or of several (null). */
export interface Subject {
  readonly scene: Scene;
  readonly service: Service | null;
  readonly rows: readonly SocketRow[];
  /** Sockets meant besides `rows` that were counted by peer and not kept: TIME-WAITs. */
  readonly counted?: readonly SocketGroup[];
}

/** What a rule decides and says; the rest follows from the subject. */
type Finding = Pick<
  Verdict,
  'id' | 'severity' | 'confidence' | 'summary' | 'evidence' | 'costs' | 'lasts' | 'do'
>;

/** A verdict about sockets of one service: who holds them, where they go, who the peers are. */
export function verdictOn(
  { scene, service, rows, counted = [] }: Subject,
  finding: Finding,
): Verdict {
  const process = holderOf(scene, service, rows);
  return {
    ...finding,
    count: rows.length + sumOf(counted),
    process: process ? processRef(process) : null,
    port: service?.port ?? null,
    destination: service?.destination ?? null,
    groups: groupsOf(service, rows, counted),
    page: pageOf(finding.id),
  };
}

function pageOf(id: Verdict['id']): string {
  return `docs/verdicts/${id}.md`;
}

/** How sentences call the two sides: by the process's name where it is known. */
export function whoIn({ scene, service, rows }: Subject): Who {
  const name = holderOf(scene, service, rows)?.name ?? 'the application';
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

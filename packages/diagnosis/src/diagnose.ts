import type { SocketState } from '@farewell/core';
import { missingFrom } from './missing.ts';
import { processRef, together } from './owners.ts';
import { packetsSeen } from './packets-seen.ts';
import type { Diagnose, Report, StateCount } from './report.ts';
import { rules } from './rules/index.ts';
import { type Scene, sceneOf } from './scene.ts';
import { sourcesOf } from './sources.ts';
import type { RoleCount } from './survey.ts';
import { tracedIn } from './traced.ts';
import type { ProcessRef, Severity, Verdict } from './verdict.ts';

/**
 * What is wrong, and what is as it should be, with the target's sockets. Pure: same evidence, same
 * report, in whatever order the rows come. Never throws; facts that are missing make verdicts less
 * sure or leave them out.
 */
export const diagnose: Diagnose = (evidence, target) => {
  const scene = sceneOf(evidence, target);
  return {
    target,
    processes: processesOf(scene),
    observedAt: scene.now.table.at,
    duration: scene.duration,
    sources: sourcesOf(scene),
    missing: missingFrom(scene, evidence.missing),
    tcpStates: stateCounts(scene),
    bothEndsLocal: scene.now.bothEndsLocal,
    traced: tracedIn(scene),
    packets: packetsSeen(scene),
    verdicts: inOrder(Object.values(rules).flatMap((rule) => rule(scene))),
  };
};

const states: readonly SocketState[] = [
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSING',
  'TIME-WAIT',
  'CLOSE-WAIT',
  'LAST-ACK',
  'CLOSED',
];

function stateCounts(scene: Scene): Report['tcpStates'] {
  const entries = states.map((tcpState) => [tcpState, stateCount(scene, tcpState)] as const);
  return Object.fromEntries(entries) as Record<SocketState, StateCount>;
}

function stateCount({ now, before, duration }: Scene, tcpState: SocketState): StateCount {
  const roles = now.counts.get(tcpState) ?? nobody;
  const then = before ? total(before.counts.get(tcpState) ?? nobody) : null;
  return {
    count: total(roles),
    ...roles,
    ratePerSecond: then === null ? null : ((total(roles) - then) / duration) * 1000,
  };
}

const nobody: RoleCount = { client: 0, server: 0, unknown: 0 };

function total({ client, server, unknown }: RoleCount): number {
  return client + server + unknown;
}

function processesOf(scene: Scene): readonly ProcessRef[] {
  const all = together(scene.now.services.map(scene.holders));
  return all.map(([process]) => processRef(process));
}

const severities: readonly Severity[] = ['problem', 'risk', 'note', 'healthy'];

/** By severity, then by how many sockets are meant; the rest only so that the order is one. */
function inOrder(verdicts: Verdict[]): readonly Verdict[] {
  return verdicts.sort(
    (a, b) => rank(a) - rank(b) || b.count - a.count || (name(a) < name(b) ? -1 : 1),
  );
}

function rank(verdict: Verdict): number {
  return severities.indexOf(verdict.severity);
}

function name({ id, port, destination }: Verdict): string {
  return `${id} ${port} ${destination}`;
}

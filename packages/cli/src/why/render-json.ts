import type { Evidence, Missing, NamespaceInfo, Problem, SocketState } from '@farewell/core';
import type {
  ConnectionVerdict,
  PacketsSeen,
  ProcessRef,
  Report,
  StateCount,
  Target,
  Traced,
  Verdict,
} from '@farewell/diagnosis';
import type { VerdictGroup } from '../explain/summary.ts';
import { tableProblems } from './table-problems.ts';

/** One verdict in the JSON of `why`, as the diagnosis gives it. Field by field: docs/reference/why-json.md. */
export type WhyVerdictJson = Verdict;

/** What `farewell why --json` prints: the schema `farewell.why/1`, docs/reference/why.schema.json. */
export interface WhyJson {
  readonly schema: 'farewell.why/1';
  readonly target: Target;
  readonly namespace: NamespaceInfo;
  /** Unix time in ms of the last snapshot. */
  readonly observedAt: number | null;
  readonly durationMs: number;
  readonly sources: readonly string[];
  readonly missing: readonly Missing[];
  readonly problems: readonly Problem[];
  readonly processes: readonly ProcessRef[];
  readonly bothEndsLocal: boolean;
  readonly tcpStates: Readonly<Record<SocketState, StateCount>>;
  /** What was recorded between the snapshots. */
  readonly traced: Traced | null;
  /** What captured packets showed. */
  readonly packets: (PacketsSeen & { readonly verdicts: readonly PacketVerdictJson[] }) | null;
  readonly verdicts: readonly WhyVerdictJson[];
}

/** A verdict that packets alone give, of the connections that have it; its evidence is that of one. */
export interface PacketVerdictJson extends ConnectionVerdict {
  readonly count: number;
  readonly servers: readonly { readonly server: string; readonly count: number }[];
}

/** What the answer is made of. */
interface Answered {
  readonly report: Report;
  readonly evidence: Evidence;
  readonly packetGroups: readonly VerdictGroup[];
}

/** The answer as `farewell.why/1`. */
export function whyJson({ report, evidence, packetGroups }: Answered): WhyJson {
  return {
    schema: 'farewell.why/1',
    target: report.target,
    namespace: { inode: evidence.namespace.inode, label: evidence.namespace.label },
    observedAt: report.observedAt,
    durationMs: report.duration,
    sources: report.sources,
    missing: report.missing,
    problems: tableProblems(evidence),
    processes: report.processes,
    bothEndsLocal: report.bothEndsLocal,
    tcpStates: report.tcpStates,
    traced: report.traced,
    packets: report.packets && {
      ...report.packets,
      verdicts: packetGroups.map(packetVerdictJson),
    },
    verdicts: report.verdicts,
  };
}

function packetVerdictJson(group: VerdictGroup): PacketVerdictJson {
  const { example, severity, confidence, count } = group;
  const servers = [...group.servers].map(([server, those]) => ({ server, count: those }));
  return { ...example, severity, confidence, count, servers };
}

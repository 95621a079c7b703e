import type { Role, TcpState, Unknown } from '@farewell/core';
import type { VerdictId } from '@farewell/diagnosis';
import type {
  Expectation,
  KernelView,
  NoCounterpart,
  PeerInfo,
  Played,
  ScenarioInfo,
  ScenarioResult,
} from '@farewell/lab';
import type { Outcome } from './outcomes.ts';

/** One scenario in the JSON of `lab`. Field by field: docs/reference/lab-json.md. */
export interface LabScenarioJson {
  readonly name: string;
  readonly agrees: boolean;
  readonly disagreements: readonly string[];
  readonly client: TcpState | Unknown;
  readonly server: TcpState | Unknown;
  readonly verdicts: readonly VerdictId[];
  readonly untraced: readonly VerdictId[];
  readonly expected: Expectation;
  readonly kernel: KernelView;
  readonly processes: ProcessesJson;
  readonly durationMs: number;
  readonly managed: ManagedJson | NoCounterpart;
}

/** The same fault with farewell. */
export interface ManagedJson {
  readonly at: Role | 'both';
  readonly agrees: boolean;
  readonly disagreements: readonly string[];
  readonly client: TcpState | Unknown;
  readonly server: TcpState | Unknown;
  readonly verdicts: readonly VerdictId[];
  readonly untraced: readonly VerdictId[];
  readonly kernel: KernelView;
  readonly processes: ProcessesJson;
  readonly durationMs: number;
}

interface ProcessesJson {
  readonly client: ProcessJson;
  /** Null: there is none. */
  readonly middlebox: ProcessJson | null;
  readonly server: ProcessJson;
}

interface ProcessJson {
  readonly name: string;
  readonly pid: number;
}

/** A scenario that gave no result, and why. */
export interface LabReasonJson {
  readonly name: string;
  readonly reason: string;
}

/** What `farewell lab --json` prints: the schema `farewell.lab/1`, docs/reference/lab.schema.json. */
export interface LabJson {
  readonly schema: 'farewell.lab/1';
  readonly scenarios: readonly LabScenarioJson[];
  readonly skipped: readonly LabReasonJson[];
  readonly failed: readonly LabReasonJson[];
}

/** What `farewell lab --list --json` prints. */
export interface LabListJson {
  readonly schema: 'farewell.lab-list/1';
  readonly scenarios: readonly ScenarioInfo[];
}

/** The outcomes as `farewell.lab/1`. */
export function labJson(outcomes: readonly Outcome[]): LabJson {
  return {
    schema: 'farewell.lab/1',
    scenarios: outcomes.flatMap((o) => (o.kind === 'ran' ? [scenarioJson(o.result)] : [])),
    skipped: outcomes.flatMap((o) =>
      o.kind === 'skipped' ? [{ name: o.skipped.name, reason: o.skipped.reason }] : [],
    ),
    failed: outcomes.flatMap((o) =>
      o.kind === 'failed' ? [{ name: o.name, reason: o.message }] : [],
    ),
  };
}

function scenarioJson(result: ScenarioResult): LabScenarioJson {
  const { managed } = result;
  return {
    name: result.name,
    ...playedJson(result),
    expected: result.expected,
    managed: 'none' in managed ? managed : { at: managed.at, ...playedJson(managed) },
  };
}

function playedJson(played: Played) {
  const { client, middlebox, server } = played.given;
  return {
    agrees: played.agrees,
    disagreements: played.disagreements,
    client: played.client,
    server: played.server,
    verdicts: played.verdicts.map(({ id }) => id),
    untraced: played.untraced.map(({ id }) => id),
    kernel: played.kernel,
    processes: {
      client: processJson(client),
      middlebox: middlebox && processJson(middlebox),
      server: processJson(server),
    },
    durationMs: Math.round(played.duration),
  };
}

function processJson({ name, pid }: PeerInfo): ProcessJson {
  return { name, pid };
}

import type {
  CheckGroup,
  CheckLevel,
  CheckResult,
  PeerSocket,
  Transcript,
  Verdict,
} from '@farewell/probe';
import { describeFrame } from '@farewell/probe';
import { type Tally, tallies } from './scorecard.ts';

/** One check in the JSON of `probe`. Field by field: docs/reference/probe-json.md. */
export interface ProbeCheckJson {
  readonly id: string;
  readonly group: CheckGroup;
  readonly level: CheckLevel;
  readonly source: string;
  readonly title: string;
  readonly consequence: string;
  readonly verdict: Verdict;
  readonly seen: string;
  readonly afterMs: number | null;
  readonly repeated: boolean;
  readonly timeline: readonly TimelineJson[];
}

interface TimelineJson {
  readonly atMs: number;
  readonly by: 'probe' | 'peer' | 'kernel';
  readonly what: string;
}

/** What `farewell probe --json` prints: the schema `farewell.probe/1`, docs/reference/probe.schema.json. */
export interface ProbeJson {
  readonly schema: 'farewell.probe/1';
  readonly target: ProbeRun['target'];
  readonly startedAt: string;
  readonly durationMs: number;
  readonly patienceMs: number;
  readonly counts: Readonly<Record<CheckLevel, Tally>>;
  readonly checks: readonly ProbeCheckJson[];
}

/** What was checked, and what came out. Durations in ms. */
export interface ProbeRun {
  /** `client`: the URL is where it listened. */
  readonly target: { readonly kind: 'server' | 'client'; readonly url: string };
  readonly startedAt: Date;
  readonly duration: number;
  readonly patience: number;
  readonly results: readonly CheckResult[];
}

export function probeJson(run: ProbeRun): ProbeJson {
  return {
    schema: 'farewell.probe/1',
    target: run.target,
    startedAt: run.startedAt.toISOString(),
    durationMs: Math.round(run.duration),
    patienceMs: run.patience,
    counts: tallies(run.results),
    checks: run.results.map(checkJson),
  };
}

function checkJson({ check, judgement, transcript, repeated }: CheckResult): ProbeCheckJson {
  const { id, group, level, source, title, consequence } = check;
  const { verdict, seen, after } = judgement;
  return {
    id,
    group,
    level,
    source,
    title,
    consequence,
    verdict,
    seen,
    afterMs: after === null ? null : Math.round(after),
    repeated,
    timeline: transcript === null ? [] : timeline(transcript),
  };
}

/** What was done, what came, and what the kernel's table showed, in the order of time. */
export function timeline({ entries, sockets }: Transcript): readonly TimelineJson[] {
  const played = entries.map(({ at, by, what, seen }): TimelineJson => {
    const text = seen?.frame ? describeFrame(seen.frame) : firstLine(seen?.head) || what;
    return { atMs: rounded(at), by: by === 'us' ? 'probe' : 'peer', what: text };
  });
  const kernel = sockets.map(
    (socket): TimelineJson => ({
      atMs: rounded(socket.at),
      by: 'kernel',
      what: socketText(socket),
    }),
  );
  return [...played, ...kernel].sort((one, two) => one.atMs - two.atMs);
}

/** `the peer's socket: FIN-WAIT-2, held by no process`. */
function socketText({ tcpState, held }: PeerSocket): string {
  if (tcpState === 'CLOSED') return "the peer's socket: gone";
  return `the peer's socket: ${tcpState}${held === false ? ', held by no process' : ''}`;
}

function firstLine(head = ''): string {
  return head.split('\r\n')[0] ?? '';
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

import type {
  CheckGroup,
  CheckLevel,
  CheckResult,
  PeerSocket,
  Transcript,
  Verdict,
} from '@farewell/probe';
import { describeFrame, remedyFor } from '@farewell/probe';
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
  /** What to set, for a check that failed; null: it did not, or nothing helps but a fix. */
  readonly remedy: string | null;
  /** The other side's socket at the end; null: it is not on this machine, or was not looked up. */
  readonly peerSocket: PeerSocketJson | null;
  readonly timeline: readonly TimelineJson[];
}

interface PeerSocketJson {
  readonly tcpState: PeerSocket['tcpState'];
  readonly held: boolean | null;
}

/** One step of a check. */
export interface TimelineJson {
  readonly atMs: number;
  /** It came between this and `atMs`; null: not by the peer. */
  readonly notBeforeMs: number | null;
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
  /** The stack whose settings are told; null: unknown. */
  readonly stack: string | null;
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
    checks: run.results.map((result) => checkJson(result, run.stack)),
  };
}

function checkJson(
  { check, judgement, transcript, repeated }: CheckResult,
  stack: string | null,
): ProbeCheckJson {
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
    remedy: verdict === 'fail' ? remedyFor(id, stack) : null,
    peerSocket: peerSocketJson(transcript),
    timeline: transcript === null ? [] : timeline(transcript),
  };
}

function peerSocketJson(transcript: Transcript | null): PeerSocketJson | null {
  const last = transcript?.sockets.at(-1);
  return last ? { tcpState: last.tcpState, held: last.held } : null;
}

/** What was done, what came, and what the kernel's table showed, in the order of time. */
export function timeline({ entries, sockets }: Transcript): readonly TimelineJson[] {
  const played = entries.map(({ at, by, what, seen }): TimelineJson => {
    const text = seen?.frame
      ? describeFrame(seen.frame)
      : (seen?.head?.split('\r\n')[0]?.slice(0, 120) ?? what);
    const notBeforeMs = seen ? rounded(seen.notBefore) : null;
    return { atMs: rounded(at), notBeforeMs, by: by === 'us' ? 'probe' : 'peer', what: text };
  });
  const kernel = sockets.map(
    (socket): TimelineJson => ({
      atMs: rounded(socket.at),
      notBeforeMs: null,
      by: 'kernel',
      what: socketText(socket),
    }),
  );
  return [...played, ...kernel].sort((one, two) => one.atMs - two.atMs);
}

/** `the peer's socket: FIN-WAIT-2, held by no process`. */
export function socketText({ tcpState, held }: PeerSocket): string {
  if (tcpState === 'CLOSED') return "the peer's socket: gone";
  return `the peer's socket: ${tcpState}${held === false ? ', held by no process' : ''}`;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

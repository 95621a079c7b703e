import {
  type Bounds,
  type CheckContext,
  cannotTell,
  fail,
  type Judgement,
  type Limits,
  pass,
} from './check.ts';
import { doneAt, endOf, msText, type Transcript } from './transcript.ts';

/** What `Limits.bounds` is where nobody says otherwise, ms. */
export const defaultBounds: Bounds = {
  /** ws waits 30 s for the Close reply and the FIN together, Python websockets 10 s for each. */
  closing: 40_000,
  /** nginx and AWS ALB cut a silent connection after 60 s: whoever pings within it finds a dead peer in twice that. */
  heartbeat: 120_000,
  /** Node and nginx give 60 s for a request's head; Node looks every 30 s. */
  opening: 120_000,
  /** What Kubernetes gives a container between SIGTERM and SIGKILL. */
  stopping: 30_000,
};

export interface Waited {
  /** When the wait ended, ms on the transcript's clock; null: it did not. */
  readonly endedAt: number | null;
  readonly startedAt: number;
  /** What ended it, or what was waited for in vain. */
  readonly what: string;
  readonly bound: keyof Bounds;
}

/** Passed within the bound; failed beyond it; cannot tell if patience ended before either. */
export function judgeWait(
  transcript: Pick<Transcript, 'until'>,
  waited: Waited,
  { bounds = defaultBounds }: Limits,
): Judgement {
  const { endedAt, startedAt, what } = waited;
  const bound = bounds[waited.bound];
  if (endedAt !== null) {
    const after = endedAt - startedAt;
    if (after <= bound) return pass(`${what} after ${msText(after)}`, after);
    return fail(`${what} after ${(after / 1000).toFixed(2)} s, more than ${msText(bound)}`, after);
  }
  const held = transcript.until - startedAt;
  if (held >= bound) return fail(`no ${what} within ${msText(held)}`);
  return cannotTell(`no ${what} within ${msText(held)}; --patience ${patienceFor(bound)} decides`);
}

export interface AwaitedEnd {
  readonly startedAt: number;
  /** What is missed if it does not come. */
  readonly awaited: 'FIN' | 'end';
  readonly bound: keyof Bounds;
  /** What came before it. */
  readonly before?: string;
}

/** Judges the wait for the other side's FIN or RST. */
export function judgeEnd(
  transcript: Transcript,
  { startedAt, awaited, bound, before = '' }: AwaitedEnd,
  limits: Limits,
): Judgement {
  const end = endOf(transcript);
  const what = end === null ? awaited : before + end.how;
  return judgeWait(transcript, { endedAt: end?.at ?? null, startedAt, what, bound }, limits);
}

/** Judges the wait for the answer to our FIN without Close. */
export function judgeHalfClose(transcript: Transcript, { limits }: CheckContext): Judgement {
  const startedAt = doneAt(transcript, 'fin') ?? 0;
  return judgeEnd(transcript, { startedAt, awaited: 'FIN', bound: 'closing' }, limits);
}

/** A little more than the bound: `45s`, `125s`. */
function patienceFor(bound: number): string {
  return `${bound / 1000 + 5}s`;
}

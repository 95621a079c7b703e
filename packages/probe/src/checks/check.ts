import type { Role } from '@farewell/core';
import type { Script } from '../script.ts';
import type { Transcript } from './transcript.ts';

/** What a rule's weight is: the RFC's MUST and SHOULD, or what good stacks do where the RFC is silent. */
export type CheckLevel = 'must' | 'should' | 'practice';

/** The groups of a scorecard, in its order. */
export const checkGroups = [
  'closing handshake',
  'teardown',
  'deadlines',
  'protocol guard',
  'shutdown',
  'reconnecting',
] as const;

export type CheckGroup = (typeof checkGroups)[number];

/** `cannot-tell`: what came does not decide. `not-applicable`: the other side lacks what the check is about. */
export type Verdict = 'pass' | 'fail' | 'cannot-tell' | 'not-applicable';

/**
 * How long good practice lets a wait take, ms. No RFC gives a number: the defaults leave room for those of
 * well-known stacks, so that only a wait that nobody meant fails.
 */
export interface Bounds {
  readonly closing: number;
  readonly heartbeat: number;
  readonly opening: number;
  readonly stopping: number;
}

/** Durations that a run works with, ms. */
export interface Limits {
  /** For an answer that is due at once. */
  readonly answer: number;
  /** How long a check waits for what may take long. */
  readonly patience: number;
  /** How long good practice lets each wait take. Default: `defaultBounds`. */
  readonly bounds?: Bounds;
}

/** What a check's script and its judgement may depend on. */
export interface CheckContext {
  /** The raw peer's own part: `client` where a server is checked. */
  readonly role: Role;
  readonly limits: Limits;
  /** A message that makes the other side start the closing handshake; null: none is known. */
  readonly closeBy: string | null;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** One sentence: what came, and when. */
  readonly seen: string;
  /** The duration that the check is about, ms; null: it has none, or it was not reached. */
  readonly after: number | null;
}

/** One rule about how a connection ends, in words. */
export interface CheckInfo {
  /** Kebab-case; what `--only` takes and what a baseline compares. */
  readonly id: string;
  readonly group: CheckGroup;
  readonly level: CheckLevel;
  /** The section that asks for it, or who does it so. */
  readonly source: string;
  /** What the other side has to do, as a sentence. */
  readonly title: string;
  /** What follows if it does not, in one sentence. */
  readonly consequence: string;
  /** Who is checked. */
  readonly of: readonly Role[];
  /** `slow`: may take as long as the patience of the run. */
  readonly pace: 'fast' | 'slow';
}

/**
 * A rule with what a raw peer does about it, and how what comes back is judged. Plain data and two pure
 * functions; a runner plays the script on a connection of its own.
 */
export interface Check extends CheckInfo {
  /** `its-own`: the opening handshake is part of what is checked, and need not succeed. */
  readonly opening: 'required' | 'its-own';
  /** What has to be known or possible; without it the check is not applicable. */
  readonly needs?: 'close-by' | 'vanish';
  /** Afterwards an ordinary connection is opened and closed, and judged too. */
  readonly followUp?: true;
  script(context: CheckContext): Script;
  judge(transcript: Transcript, context: CheckContext, followUp: Transcript | null): Judgement;
}

export function pass(seen: string, after: number | null = null): Judgement {
  return { verdict: 'pass', seen, after };
}

export function fail(seen: string, after: number | null = null): Judgement {
  return { verdict: 'fail', seen, after };
}

export function cannotTell(seen: string, after: number | null = null): Judgement {
  return { verdict: 'cannot-tell', seen, after };
}

export function notApplicable(seen: string): Judgement {
  return { verdict: 'not-applicable', seen, after: null };
}

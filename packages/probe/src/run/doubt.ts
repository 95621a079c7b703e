import type { Check, CheckContext, CheckInfo, Judgement, Limits } from '../checks/check.ts';
import { isNote } from '../checks/refusal.ts';
import type { Transcript } from '../checks/transcript.ts';
import { canVanish } from '../socket-options.ts';

/** How late this process may have been itself, ms, for a failure to count: a quarter of what was waited. */
export function lagTolerance(
  { pace }: Pick<CheckInfo, 'pace'>,
  { answer, patience }: Limits,
): number {
  return (pace === 'slow' ? patience : answer) / 4;
}

/** What a judgement rests on. */
export interface Grounds {
  /** The same, had everything come as early as it can have. */
  readonly earliest: Judgement;
  readonly transcripts: readonly Transcript[];
  readonly limits: Limits;
  /** This process was late itself by more than may be. */
  readonly wasLate: boolean;
}

/** Whether the times are sure enough for the verdict. */
export function isSure(judgement: Judgement, grounds: Grounds): boolean {
  if (judgement.verdict !== grounds.earliest.verdict) return false;
  return !(grounds.wasLate && restsOnTime(judgement, grounds));
}

/** A failure because nothing came, or because it came late. */
function restsOnTime(
  { verdict, after }: Judgement,
  { transcripts, limits: { answer } }: Grounds,
): boolean {
  if (verdict !== 'fail') return false;
  const inVain = transcripts.some(({ entries }) => entries.some(({ what }) => isNote(what)));
  return inVain || (after ?? 0) > answer / 2;
}

/** What a check lacks to be played, and where to get it; null: nothing. */
export function lackOf({ needs }: Pick<Check, 'needs'>, { closeBy }: CheckContext): string | null {
  if (needs === 'close-by' && closeBy === null)
    return 'needs a message that makes the other side close: give --close-by TEXT';
  if (needs === 'vanish' && !canVanish())
    return 'needs Linux, root or a user namespace, and the optional package koffi, to make this end vanish';
  return null;
}

/** How long an answer that is due at once may take, ms: no longer than the patience of the run. */
export function answerWithin(patience: number): number {
  return Math.min(2_000, patience);
}

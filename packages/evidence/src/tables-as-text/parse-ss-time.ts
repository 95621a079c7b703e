/**
 * Milliseconds of a time left as `ss` prints it, or null: `40ms`, `600ms`, `3.120ms` (up to
 * iproute2 6.1) and `3.120sec` (6.15), both of which are 3120 ms, `49sec`, `2min11sec`, `119min`, and nothing at all for 0.
 * Nothing finer than a second is printed from 10 s on, nothing finer than a minute from 10 min on.
 */
export function parseSsTime(text: string): number | null {
  if (text === '') return 0;
  const match =
    /^(?:(\d{1,9})min)?(?:(\d{1,9})\.(\d{1,3})(?:ms|sec)|(\d{1,9})sec|(\d{1,9})ms)?$/.exec(text);
  if (match === null) return null;
  const [, minutes = '0', pointSeconds = '0', fraction = '0', seconds = '0', ms = '0'] = match;
  const inSeconds = Number(minutes) * 60 + Number(pointSeconds) + Number(seconds);
  return inSeconds * 1000 + Number(fraction.padEnd(3, '0')) + Number(ms);
}

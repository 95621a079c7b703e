import { type CheckContext, fail, type Judgement, pass } from './check.ts';
import {
  closeText,
  endOf,
  firstSeen,
  msText,
  ownEndOf,
  type PeerEnd,
  type Transcript,
} from './transcript.ts';

/** Since when the other side could have reacted: our last step before it did. */
export function sentAt({ entries }: Transcript, before: number): number {
  return (
    entries.findLast(({ by, at, what }) => by === 'us' && at <= before && !isNote(what))?.at ?? 0
  );
}

/** How long after our step something came, as text: `after 3 ms`. */
export function since(transcript: Transcript, at: number): { ms: number; text: string } {
  const ms = Math.max(0, at - sentAt(transcript, at));
  return { ms, text: `after ${msText(ms)}` };
}

/** `FIN after 3 ms`. */
export function endText(transcript: Transcript, end: PeerEnd): string {
  return `${end.how} ${since(transcript, end.at).text}`;
}

/** For what a peer must not accept: passed by Close with one of `codes`, or by the end without Close. */
export function judgeRefusal(codes: readonly number[]) {
  return (transcript: Transcript, { limits }: CheckContext): Judgement => {
    const closed = firstSeen(transcript, 'close-frame');
    const end = closed === null ? ownEndOf(transcript) : endOf(transcript);
    if (closed === null && end === null)
      return fail(`no Close and no FIN within ${msText(limits.answer)}: it goes on`);
    if (closed === null)
      return pass(
        `no Close, ${end ? endText(transcript, end) : ''}`,
        end && since(transcript, end.at).ms,
      );
    const { ms, text } = since(transcript, closed.at);
    const seen = `${closeText(closed)} ${text}`;
    if (!codes.includes(closed.statusCode ?? 0))
      return fail(`${seen}, not ${codes.join(' or ')}: taken as valid`, ms);
    if (end === null)
      return fail(`${seen}, but no FIN within ${msText(limits.answer)}: not failed`, ms);
    return pass(`${seen}, then ${end.how}`, ms);
  };
}

/** What a script says of itself in a transcript, beside what it does. */
export function isNote(what: string): boolean {
  return what.startsWith('waited ');
}

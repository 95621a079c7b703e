import { closeCodeName } from '@farewell/core';
import { type Check, type CheckContext, fail, type Judgement, pass } from './check.ts';
import { endText, judgeRefusal, since } from './refusal.ts';
import { afterOpening, close, ending } from './steps.ts';
import { closeText, endOf, firstSeen, msText, ownEndOf, type Transcript } from './transcript.ts';

/** Close frames with one status code each: valid ones are answered, invalid ones refused. */

const both = ['server', 'client'] as const;

const unanswered =
  'The side that closes waits for an answer until its deadline, and reports 1006 instead of its own code.';

interface ValidClose {
  readonly name: string;
  readonly code: number | null;
  readonly reason?: string;
  /** 1012 to 1014 came into IANA's registry after the RFC, which asks nobody to know them. */
  readonly level: Check['level'];
}

const valid: readonly ValidClose[] = [
  { name: 'close-1000-with-reason', code: 1000, reason: 'bye', level: 'must' },
  { name: 'close-empty', code: null, level: 'must' },
  { name: 'close-1001', code: 1001, level: 'must' },
  { name: 'close-1011', code: 1011, level: 'must' },
  { name: 'close-1012', code: 1012, level: 'practice' },
  { name: 'close-1013', code: 1013, level: 'practice' },
  { name: 'close-1014', code: 1014, level: 'practice' },
  { name: 'close-3000', code: 3000, level: 'must' },
  { name: 'close-4999', code: 4999, level: 'must' },
  { name: 'close-reason-123-bytes', code: 1000, reason: 'r'.repeat(123), level: 'must' },
];

const neverOnTheWire = [1005, 1006, 1015];
const unassigned = [0, 999, 1004, 1016, 2999, 5000, 65_535];

export const closeCodeChecks: readonly Check[] = [
  ...valid.map(validCheck),
  ...neverOnTheWire.map(forbiddenCheck),
  ...unassigned.map(unassignedCheck),
];

function validCheck({ name, code, reason = '', level }: ValidClose): Check {
  const what = code === null ? 'An empty Close' : `Close ${code} (${closeCodeName(code)})`;
  const long = reason.length > 100 ? ' with the longest reason there may be' : '';
  return {
    id: `${name}-answered`,
    group: 'closing handshake',
    level,
    source:
      code !== null && code > 1011 && code < 3000
        ? 'IANA registry of WebSocket close codes'
        : 'RFC 6455 §5.5.1',
    title: `${what}${long} is answered with Close`,
    consequence: unanswered,
    of: both,
    pace: 'fast',
    opening: 'required',
    script: (context) => afterOpening(context, [close(code, reason), ...ending(context)]),
    judge: (transcript, context) => judgeAnswer(transcript, context, code),
  };
}

function judgeAnswer(
  transcript: Transcript,
  { limits }: CheckContext,
  code: number | null,
): Judgement {
  const answer = firstSeen(transcript, 'close-frame');
  if (answer === null) return fail(unansweredText(transcript, limits.answer));
  const { ms, text } = since(transcript, answer.at);
  const seen = `${closeText(answer)} ${text}`;
  const refused = answer.statusCode === 1002 || answer.statusCode === 1007;
  return refused
    ? fail(`${seen}: refused as if it were invalid (sent ${code ?? 'no code'})`, ms)
    : pass(seen, ms);
}

function unansweredText(transcript: Transcript, within: number): string {
  const end = endOf(transcript);
  if (end === null) return `no Close within ${msText(within)}`;
  return `${endText(transcript, end)}, without Close`;
}

function forbiddenCheck(code: number): Check {
  return {
    id: `close-${code}-not-echoed`,
    group: 'closing handshake',
    level: 'must',
    source: 'RFC 6455 §7.4.1',
    title: `Close ${code} (${closeCodeName(code)}) is not sent back`,
    consequence: `${code} is for local use only: on the wire it makes a clean close look like a failure, or the other way round.`,
    of: both,
    pace: 'fast',
    opening: 'required',
    script: (context) => afterOpening(context, [close(code), ...ending(context)]),
    judge: (transcript, context) => {
      const answer = firstSeen(transcript, 'close-frame');
      const end = ownEndOf(transcript);
      if (answer === null && end === null)
        return fail(unansweredText(transcript, context.limits.answer));
      if (answer === null) return pass(unansweredText(transcript, context.limits.answer));
      const { ms, text } = since(transcript, answer.at);
      const seen = `${closeText(answer)} ${text}`;
      return neverOnTheWire.includes(answer.statusCode ?? 0) ? fail(seen, ms) : pass(seen, ms);
    },
  };
}

function unassignedCheck(code: number): Check {
  return {
    id: `close-${code}-refused`,
    group: 'closing handshake',
    level: 'practice',
    source: `RFC 6455 ${code === 1004 ? '§7.4.1 (reserved)' : '§7.4.2 (not used, or not assigned)'}, refused by most stacks`,
    title: `Close ${code}, which no endpoint may use, is refused with 1002`,
    consequence:
      'The application is told a code that means nothing, and what it does with it is chance.',
    of: both,
    pace: 'fast',
    opening: 'required',
    script: (context) => afterOpening(context, [close(code), ...ending(context)]),
    judge: judgeRefusal([1002]),
  };
}

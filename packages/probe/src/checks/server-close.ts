import { mayStandInClose } from '@farewell/core';
import type { Step } from '../script.ts';
import { type Check, type CheckContext, cannotTell, fail, type Judgement, pass } from './check.ts';
import { defaultBounds, judgeEnd } from './deadline.ts';
import { afterOpening, text, untilClose, untilFin } from './steps.ts';
import { closeText, doneAt, endOf, firstSeen, msText, type Transcript } from './transcript.ts';

/** Closes that the other side begins, because `--close-by` made it. */

const common = { needs: 'close-by', opening: 'required', pace: 'slow' } as const;

export const serverCloseChecks: readonly Check[] = [
  {
    ...common,
    id: 'own-close-has-valid-code',
    group: 'closing handshake',
    level: 'must',
    source: 'RFC 6455 §7.4',
    title: 'A Close that it begins has a status code that may be sent, or none',
    consequence: 'The other side takes the end for a protocol error.',
    of: ['server', 'client'],
    pace: 'fast',
    script: (context) => afterOpening(context, askedToClose(context)),
    judge: (transcript) =>
      withClose(transcript, ({ statusCode, ...close }) => {
        const valid = statusCode == null || mayStandInClose(statusCode);
        return (valid ? pass : fail)(closeText({ ...close, statusCode: statusCode ?? null }));
      }),
  },
  {
    ...common,
    id: 'own-close-then-fin',
    group: 'teardown',
    level: 'must',
    source: 'RFC 6455 §5.5.1, §7.1.1',
    title: 'When its Close is answered, the server sends FIN at once, and first',
    consequence:
      'The client has to end TCP: it holds TIME-WAIT, and behind a client that waits the connection stays open.',
    of: ['server'],
    script: (context) =>
      afterOpening(context, [...askedToClose(context), untilFin(context)], {
        fin: 'never',
        close: thinkingTime(context),
      }),
    judge: (transcript, context) =>
      withClose(transcript, (close) => {
        const end = endOf(transcript);
        const answeredAt = doneAt(transcript, 'Close') ?? transcript.until;
        if (end === null) return fail(`no FIN within ${msText(transcript.until - answeredAt)}`);
        const after = end.at - answeredAt;
        if (after < 0)
          return cannotTell(
            `${end.how} ${msText(end.at - close.at)} after its Close, before it was answered: see late-close-answer-accepted`,
          );
        const seen = `${end.how} ${msText(after)} after the answer`;
        return end.how === 'FIN' && after <= context.limits.answer
          ? pass(seen, after)
          : fail(seen, after);
      }),
  },
  {
    ...common,
    id: 'unanswered-close-given-up',
    group: 'deadlines',
    level: 'practice',
    source: 'close timeouts of ws (30 s), Python websockets (10 s) and others',
    title: `A Close that is not answered is given up within ${msText(defaultBounds.closing)}`,
    consequence: 'A peer that never answers keeps a connection and its descriptor for ever.',
    of: ['server', 'client'],
    script: (context) =>
      afterOpening(context, [...askedToClose(context), untilFin(context)], {
        close: 'never',
        fin: 'never',
      }),
    judge: (transcript, { limits }) =>
      withClose(transcript, ({ at: startedAt }) =>
        judgeEnd(transcript, { startedAt, awaited: 'end', bound: 'closing' }, limits),
      ),
  },
  {
    ...common,
    id: 'late-close-answer-accepted',
    group: 'deadlines',
    level: 'practice',
    source: 'RFC 6455 §1.4, §7.1.1',
    title: 'An answer to its Close that takes a second is still waited for',
    consequence: 'A slow network turns a clean close into 1006.',
    of: ['server', 'client'],
    pace: 'fast',
    script: (context) =>
      afterOpening(context, [...askedToClose(context), ...answeredLate(context)], {
        close: lateness(context),
        fin: 'never',
      }),
    judge: (transcript, context) =>
      withClose(transcript, (close) => judgeLate(close, transcript, context)),
  },
];

/** An answer that takes a while shows a FIN that did not wait for it. */
function thinkingTime({ limits }: CheckContext): number {
  return limits.answer / 10;
}

/** Time for the late answer, and for an RST if it finds nobody. */
function answeredLate(context: CheckContext): Step[] {
  const { role, limits } = context;
  const arrival: Step = { do: 'pause', ms: lateness(context) + limits.answer / 4 };
  const fin: Step[] = role === 'server' ? [{ do: 'fin' }] : [];
  return [arrival, ...fin, untilFin(context, 'answer')];
}

/** A FIN before the answer is half a close: whether anybody still reads shows when the answer comes. */
function judgeLate(close: SeenClose, transcript: Transcript, context: CheckContext): Judgement {
  const reset = firstSeen(transcript, 'reset');
  if (reset !== null)
    return fail(`RST ${msText(reset.at - close.at)} after its Close`, reset.at - close.at);
  const fin = firstSeen(transcript, 'fin');
  if (fin === null) return pass('still open when the answer came');
  const after = fin.at - close.at;
  const early = after < lateness(context);
  return pass(
    `FIN ${msText(after)} after its Close${early ? ', and yet the answer was taken' : ''}`,
    after,
  );
}

function lateness({ limits }: CheckContext): number {
  return limits.answer / 2;
}

function askedToClose(context: CheckContext): Step[] {
  return [text(context.closeBy ?? ''), untilClose(context)];
}

type SeenClose = NonNullable<ReturnType<typeof firstSeen>>;

function withClose(transcript: Transcript, judge: (close: SeenClose) => Judgement): Judgement {
  const close = firstSeen(transcript, 'close-frame');
  return close === null
    ? cannotTell('the message of --close-by did not make it send Close')
    : judge(close);
}

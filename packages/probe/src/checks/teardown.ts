import type { Step } from '../script.ts';
import { type Check, type CheckContext, cannotTell, fail, type Judgement, pass } from './check.ts';
import { defaultBounds, judgeHalfClose, judgeWait } from './deadline.ts';
import { releasedAt } from './heartbeat.ts';
import { since } from './refusal.ts';
import { afterOpening, close, text, untilClose, untilFin } from './steps.ts';
import { closeText, doneAt, endOf, firstSeen, msText, type Transcript } from './transcript.ts';

/** Who ends TCP after the closing handshake, how and when. The raw peer never sends FIN first here. */

const common = { group: 'teardown', pace: 'slow', opening: 'required' } as const;

export const teardownChecks: readonly Check[] = [
  {
    ...common,
    id: 'server-sends-fin-first',
    level: 'must',
    source: 'RFC 6455 §5.5.1, §7.1.1',
    title: 'After the closing handshake the server sends FIN at once, and first',
    consequence:
      'The client has to end TCP: it holds TIME-WAIT, and behind a client that waits the connection stays open.',
    of: ['server'],
    script: (context) =>
      afterOpening(context, [close(1000), untilClose(context), untilFin(context)], {
        fin: 'never',
      }),
    judge: judgeFin,
  },
  {
    ...common,
    id: 'teardown-without-reset',
    level: 'should',
    source: 'RFC 6455 §7.1.1',
    title: 'The end after the closing handshake is FIN and not RST',
    consequence:
      'An RST can destroy the Close reply on its way: the other side reports 1006 for a clean close.',
    of: ['server'],
    pace: 'fast',
    script: (context) =>
      afterOpening(context, [close(1000), untilClose(context), untilFin(context, 'answer')]),
    judge: (transcript, { limits }) => {
      const end = endOf(transcript);
      if (end === null) return cannotTell(`no end within ${msText(limits.answer)}`);
      return (end.how === 'FIN' ? pass : fail)(end.how, since(transcript, end.at).ms);
    },
  },
  {
    ...common,
    id: 'close-reply-survives-trailing-data',
    level: 'practice',
    source: 'RFC 9293 §3.6.1 (close with unread data resets)',
    title: 'Data behind the Close does not turn the end into an RST',
    consequence:
      'close() with unread data resets the connection, and the Close reply may be lost with it: the client sees 1006.',
    of: ['server'],
    pace: 'fast',
    script: (context) =>
      afterOpening(context, [
        close(1000),
        text('t'.repeat(trailingBytes)),
        untilClose(context),
        untilFin(context, 'answer'),
      ]),
    judge: judgeTrailing,
  },
  {
    ...common,
    id: 'half-close-ends-connection',
    level: 'practice',
    source: 'RFC 6455 §7.1.5, RFC 9293 §3.6',
    title: 'A FIN without Close makes the server close its side too',
    consequence:
      'The socket stays in CLOSE-WAIT, which no kernel timer ends, and keeps a descriptor for ever.',
    of: ['server'],
    script: (context) => afterOpening(context, [{ do: 'fin' }, untilFin(context)]),
    judge: judgeHalfClose,
  },
  {
    ...common,
    id: 'fin-with-close-answered',
    level: 'must',
    source: 'RFC 6455 §5.5.1',
    title: 'A Close in the same segment as the FIN is answered, and the connection ends',
    consequence:
      'A client that sends everything and leaves gets no answer, or leaves a CLOSE-WAIT behind.',
    of: ['server'],
    script: (context) =>
      afterOpening(context, [{ do: 'cork' }, close(1000), { do: 'fin' }, untilFin(context)]),
    judge: (transcript) => {
      const closed = firstSeen(transcript, 'close-frame');
      const end = endOf(transcript);
      if (closed === null) return fail(end ? `${end.how} without Close` : 'no Close and no FIN');
      const { ms, text } = since(transcript, closed.at);
      if (end === null) return fail(`${closeText(closed)} ${text}, and no FIN`);
      return pass(`${closeText(closed)} ${text}, then ${end.how}`, ms);
    },
  },
  {
    ...common,
    id: 'absent-fin-given-up',
    group: 'deadlines',
    level: 'practice',
    source: 'close timeouts of ws (30 s), Python websockets (10 s) and others',
    title: `A client that never sends FIN after the closing handshake is given up within ${msText(defaultBounds.closing)}`,
    consequence:
      'The socket stays in FIN-WAIT-2 or CLOSE-WAIT, which has no timer while a process holds it, and keeps a descriptor.',
    of: ['server'],
    script: (context) =>
      afterOpening(context, [close(1000), untilClose(context), ...heldOpen(context)], {
        fin: 'never',
      }),
    judge: (transcript, { limits }) => {
      const closed = firstSeen(transcript, 'close-frame');
      if (closed === null) return cannotTell('no Close reply, so no closing handshake');
      const reset = firstSeen(transcript, 'reset');
      return judgeWait(
        transcript,
        {
          endedAt: releasedAt(transcript.sockets) ?? reset?.at ?? null,
          startedAt: closed.at,
          what: 'release of its socket',
          bound: 'closing',
        },
        limits,
      );
    },
  },
];

/** How often a byte asks whether the other side's socket is still held: if not, its kernel resets. */
const askEvery = 5_000;

/** Unfinished frames, which nobody who has had a Close reads. */
function heldOpen({ limits }: CheckContext): readonly Step[] {
  const bytes = new Uint8Array(Math.floor(limits.patience / askEvery)).fill(0x89);
  return [
    { do: 'drip', bytes, every: askEvery },
    { do: 'wait', for: 'reset', within: limits.patience % askEvery },
  ];
}

/** More than a server reads at once, and less than what fits into the buffers of both kernels. */
const trailingBytes = 60_000;

function judgeFin(transcript: Transcript, { limits }: CheckContext): Judgement {
  const closed = firstSeen(transcript, 'close-frame');
  if (closed === null) return cannotTell('no Close reply, so no closing handshake');
  const end = endOf(transcript);
  if (end === null)
    return fail(`no FIN in ${msText(transcript.until - closed.at)} after ${closeText(closed)}`);
  const after = end.at - Math.max(closed.at, doneAt(transcript, 'Close') ?? 0);
  const seen = `${end.how} ${msText(after)} after both Close frames`;
  return end.how === 'FIN' && after <= limits.answer ? pass(seen, after) : fail(seen, after);
}

function judgeTrailing(transcript: Transcript, { limits }: CheckContext): Judgement {
  const closed = firstSeen(transcript, 'close-frame');
  const end = endOf(transcript);
  if (closed === null) return fail(end ? `${end.how}, and no Close reply` : 'no Close reply');
  if (end === null)
    return cannotTell(`${closeText(closed)}, and no end within ${msText(limits.answer)}`);
  const seen = `${closeText(closed)}, then ${end.how}`;
  return end.how === 'FIN' ? pass(seen) : fail(seen);
}

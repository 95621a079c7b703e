import { upgradeResponse } from '../opening.ts';
import type { Script, Step } from '../script.ts';
import { type Check, type CheckContext, cannotTell, fail, type Judgement, pass } from './check.ts';
import { defaultBounds, judgeEnd, judgeHalfClose } from './deadline.ts';
import { afterOpening, close, text, untilClose, untilFin } from './steps.ts';
import { doneAt, endOf, firstSeen, msText, ownEndOf, type Transcript } from './transcript.ts';

/** What only clients have to do: leave the first FIN to the server, and not wait for ever for it. */

const common = { of: ['client'], opening: 'required', pace: 'slow' } as const;

const holdsTimeWait =
  'The client holds TIME-WAIT instead of the server: a client that connects often runs out of ports.';

export const clientTeardownChecks: readonly Check[] = [
  {
    ...common,
    id: 'client-leaves-fin-to-server',
    group: 'teardown',
    level: 'should',
    source: 'RFC 6455 §7.1.1',
    title:
      'When the server has closed and it has answered, the client waits for the server to send FIN',
    consequence: holdsTimeWait,
    pace: 'fast',
    script: (context) =>
      afterOpening(context, [close(1000), ...holdFin(context)], { fin: 'never' }),
    judge: judgePatience,
  },
  {
    ...common,
    id: 'own-close-leaves-fin-to-server',
    group: 'teardown',
    level: 'should',
    source: 'RFC 6455 §7.1.1',
    title: 'When its own Close is answered, the client waits for the server to send FIN',
    consequence: holdsTimeWait,
    pace: 'fast',
    needs: 'close-by',
    script: (context) =>
      afterOpening(context, [text(context.closeBy ?? ''), ...holdFin(context)], { fin: 'never' }),
    judge: judgePatience,
  },
  {
    ...common,
    id: 'absent-server-fin-given-up',
    group: 'deadlines',
    level: 'practice',
    source: 'RFC 6455 §7.1.1 ("after a reasonable time period")',
    title: `A server that never sends FIN after the closing handshake is given up within ${msText(defaultBounds.closing)}`,
    consequence:
      'The socket stays ESTABLISHED, though nobody has any more use for it, and keeps a descriptor.',
    script: (context) => afterOpening(context, [close(1000), untilFin(context)], { fin: 'never' }),
    judge: (transcript, { limits }) => {
      const closed = firstSeen(transcript, 'close-frame');
      if (closed === null) return cannotTell('no Close reply, so no closing handshake');
      const awaited = { startedAt: closed.at, awaited: 'FIN', bound: 'closing' } as const;
      return judgeEnd(transcript, awaited, limits);
    },
  },
  {
    ...common,
    id: 'server-half-close-ends-client',
    group: 'teardown',
    level: 'practice',
    source: 'RFC 6455 §7.1.5, RFC 9293 §3.6',
    title: 'A FIN without Close makes the client close its side too',
    consequence:
      'The socket stays in CLOSE-WAIT, which no kernel timer ends, and the application thinks it is connected.',
    script: (context) => afterOpening(context, [{ do: 'fin' }, untilFin(context)]),
    judge: judgeHalfClose,
  },
  {
    ...common,
    id: 'unanswered-opening-given-up',
    group: 'deadlines',
    level: 'practice',
    source: 'open timeout of Python websockets (10 s), handshake timeouts of others',
    title: `An opening handshake that is not answered is given up within ${msText(defaultBounds.opening)}`,
    consequence: 'A client hangs in CONNECTING for ever, and never tries elsewhere.',
    opening: 'its-own',
    script: (context) => ({
      name: 'mute',
      steps: [awaitRequest(context), untilFin(context)],
      reflexes: { handshake: 'never' },
    }),
    judge: (transcript, { limits }) =>
      judgeEnd(transcript, { startedAt: 0, awaited: 'end', bound: 'opening' }, limits),
  },
  {
    ...common,
    id: 'wrong-accept-refused',
    group: 'protocol guard',
    level: 'must',
    source: 'RFC 6455 §4.1',
    title: 'An answer whose Sec-WebSocket-Accept is wrong is refused',
    consequence: 'Whatever answers with 101 is taken for a WebSocket server.',
    opening: 'its-own',
    pace: 'fast',
    script: wrongAccept,
    judge: (transcript, { limits }) => {
      const end = ownEndOf(transcript);
      if (end === null) return fail(`still open ${msText(limits.answer)} after the wrong answer`);
      return pass(end.how, end.at);
    },
  },
];

function awaitRequest({ limits }: CheckContext): Step {
  return { do: 'wait', for: 'handshake', within: limits.answer };
}

/** For the key of no client. */
function wrongAccept(context: CheckContext): Script {
  const bytes = new TextEncoder().encode(upgradeResponse('Sec-WebSocket-Key: none\r\n\r\n'));
  return {
    name: 'accept',
    steps: [awaitRequest(context), { do: 'bytes', bytes }, untilFin(context, 'answer')],
    reflexes: { handshake: 'never' },
  };
}

/**
 * How long the FIN is held back, ms: 2.5 s by default, longer than clients have deadlines for it (Chromium 2 s,
 * Firefox 1 s).
 */
function holdingTime({ limits }: CheckContext): number {
  return limits.answer * 1.25;
}

/** A client that sends FIN before this does not wait for the server's, ms: 500 by default. */
function leastWait({ limits }: CheckContext): number {
  return limits.answer / 4;
}

function holdFin(context: CheckContext): Step[] {
  return [untilClose(context), { do: 'wait', for: 'fin', within: holdingTime(context) }];
}

function judgePatience(transcript: Transcript, context: CheckContext): Judgement {
  const closed = firstSeen(transcript, 'close-frame');
  if (closed === null) return cannotTell('no Close, so no closing handshake');
  const handshakeAt = Math.max(closed.at, doneAt(transcript, 'Close') ?? 0);
  const end = endOf(transcript);
  if (end === null) return pass(`no FIN for ${msText(holdingTime(context))}: it waits`);
  const after = end.at - handshakeAt;
  const seen = `${end.how} ${msText(after)} after both Close frames`;
  return after < leastWait(context) ? fail(seen, after) : pass(`${seen}: it waited`, after);
}

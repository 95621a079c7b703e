import { type Check, type CheckContext, cannotTell, fail, type Judgement, pass } from './check.ts';
import { endText, since } from './refusal.ts';
import { afterOpening, close, ending, frame, ping, text } from './steps.ts';
import { allSeen, closeText, endOf, firstSeen, msText, type Transcript } from './transcript.ts';

/** Close frames where something else comes before, between or after. */

const common = { group: 'closing handshake', pace: 'fast', opening: 'required' } as const;
const both = ['server', 'client'] as const;

const discarded =
  'What was sent after the end of the conversation is processed: a request is carried out twice or against the order.';

/** As large as most servers take by default; Tomcat takes 8,192 bytes of text. */
const largeBytes = 60_000;
const largeMessage = 'm'.repeat(largeBytes);

export const closeOrderChecks: readonly Check[] = [
  {
    ...common,
    id: 'close-twice-answered-once',
    level: 'must',
    source: 'RFC 6455 §5.5.1',
    title: 'A Close that is sent twice is answered once',
    consequence:
      'A second Close is a frame after the Close, which a strict peer takes for a protocol error.',
    of: both,
    script: (context) => afterOpening(context, [close(1000), close(1000), ...ending(context)]),
    judge: (transcript, context) => {
      const answers = allSeen(transcript, 'close-frame');
      const [first] = answers;
      if (first === undefined) return unanswered(transcript, context);
      const seen = `${answers.length} × ${closeText(first)}`;
      return answers.length > 1 ? fail(seen) : pass(seen, since(transcript, first.at).ms);
    },
  },
  afterClose({
    id: 'data-after-close-ignored',
    title: 'A message behind the Close is discarded',
    steps: [text('late')],
    came: 'message',
  }),
  afterClose({
    id: 'ping-after-close-ignored',
    title: 'A ping behind the Close is not answered',
    steps: [ping('late')],
    came: 'pong',
  }),
  afterClose({
    id: 'fragment-after-close-ignored',
    title: 'A fragmented message behind the Close is discarded',
    steps: [text('la', false), frame({ opcode: 0x0, payload: new TextEncoder().encode('te') })],
    came: 'message',
  }),
  {
    ...common,
    id: 'close-inside-message-answered',
    level: 'must',
    source: 'RFC 6455 §5.4, §5.5.1',
    title: 'A Close between the fragments of a message is answered',
    consequence: 'Whoever gives up in the middle of a message waits for its deadline.',
    of: both,
    script: (context) =>
      afterOpening(context, [text('unfinished', false), close(1000), ...ending(context)]),
    judge: (transcript, context) => answered(transcript, context, 'unfinished'),
  },
  {
    ...common,
    id: 'close-behind-large-message-answered',
    level: 'must',
    source: 'RFC 6455 §5.5.1',
    title: `A Close right behind a message of ${largeBytes.toLocaleString('en')} bytes is answered`,
    consequence: 'The last message of a conversation costs its clean end.',
    of: both,
    script: (context) =>
      afterOpening(context, [text(largeMessage), close(1000), ...ending(context)]),
    judge: answeredBehindLarge,
  },
];

/** Any Close is an answer, 1009 for the message before it too; whether the message came through is told. */
function answered(transcript: Transcript, context: CheckContext, message: string): Judgement {
  const answer = firstSeen(transcript, 'close-frame');
  if (answer === null) return unanswered(transcript, context);
  const { ms, text } = since(transcript, answer.at);
  const behind = echoes(transcript, message) ? ', behind its echo of the message' : '';
  return pass(`${closeText(answer)} ${text}${behind}`, ms);
}

/** A message that is larger than what the other side takes may end the connection too. */
function answeredBehindLarge(transcript: Transcript, context: CheckContext): Judgement {
  const judgement = answered(transcript, context, largeMessage);
  if (judgement.verdict !== 'fail' || echoes(transcript, largeMessage)) return judgement;
  return cannotTell(`${judgement.seen}: perhaps because of the size of the message`);
}

/** Whether the message came back before any Close, in one frame or in several. */
function echoes(transcript: Transcript, message: string): boolean {
  const closedAt = firstSeen(transcript, 'close-frame')?.at ?? Number.POSITIVE_INFINITY;
  const came = allSeen(transcript, 'message')
    .filter(({ at }) => at <= closedAt)
    .map(({ frame }) => frame?.payload ?? new Uint8Array());
  return Buffer.concat(came).includes(message);
}

interface AfterClose {
  readonly id: string;
  readonly title: string;
  readonly steps: Parameters<typeof afterOpening>[1];
  readonly came: 'message' | 'pong';
}

function afterClose({ id, title, steps, came }: AfterClose): Check {
  return {
    ...common,
    id,
    level: 'should',
    source: came === 'pong' ? 'RFC 6455 §5.5.2' : 'RFC 6455 §1.4',
    title,
    consequence: discarded,
    of: both,
    script: (context) => afterOpening(context, [close(1000), ...steps, ...ending(context)]),
    judge: (transcript, context) => {
      const answer = firstSeen(transcript, 'close-frame');
      const late = allSeen(transcript, came);
      if (late.length > 0) return fail(`${late.length} × ${came} came back`);
      if (answer === null) return unanswered(transcript, context);
      return pass(`${closeText(answer)} and nothing else`, since(transcript, answer.at).ms);
    },
  };
}

function unanswered(transcript: Transcript, { limits }: CheckContext): Judgement {
  const end = endOf(transcript);
  if (end !== null) return fail(`${endText(transcript, end)}, without Close`);
  return cannotTell(`no Close and no end within ${msText(limits.answer)}`);
}

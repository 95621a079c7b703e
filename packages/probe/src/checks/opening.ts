import { upgradeRequest } from '../opening.ts';
import type { Script } from '../script.ts';
import { type Check, type CheckContext, fail, type Judgement, pass } from './check.ts';
import { defaultBounds, judgeEnd } from './deadline.ts';
import { opening, untilFin } from './steps.ts';
import { endOf, firstSeen, httpStatus, msText, statusLine, type Transcript } from './transcript.ts';

/** Opening handshakes that are wrong, slow, or never come. */

const common = { of: ['server'], opening: 'its-own' } as const;

export const openingChecks: readonly Check[] = [
  {
    ...common,
    id: 'wrong-version-refused',
    group: 'protocol guard',
    level: 'must',
    source: 'RFC 6455 §4.2.2',
    title: 'An opening handshake of version 99 is refused with an HTTP error',
    consequence: 'Two endpoints talk different protocols, and find out somewhere in the middle.',
    pace: 'fast',
    script: (context) => ({
      name: 'version',
      steps: openingWith({ 'Sec-WebSocket-Version': '99' }, context),
    }),
    judge: judgeHttpRefusal,
  },
  {
    ...common,
    id: 'wrong-version-told-right-one',
    group: 'protocol guard',
    level: 'must',
    source: 'RFC 6455 §4.2.2, §4.4',
    title: 'The refusal of a version names the versions that are spoken',
    consequence: 'A client of another version cannot fall back to one that both speak.',
    pace: 'fast',
    script: (context) => ({
      name: 'version',
      steps: openingWith({ 'Sec-WebSocket-Version': '99' }, context),
    }),
    judge: (transcript) => {
      const head = firstSeen(transcript, 'handshake')?.head ?? '';
      const [, versions] = /^sec-websocket-version:[ \t]*([^\r\n]+)/im.exec(head) ?? [];
      if (versions === undefined)
        return fail(`${statusText(transcript)} without Sec-WebSocket-Version`);
      return pass(`Sec-WebSocket-Version: ${versions}`);
    },
  },
  ...(['ZmFyZXdlbGw=', ''] as const).map(
    (key): Check => ({
      ...common,
      id: key === '' ? 'empty-key-refused' : 'short-key-refused',
      group: 'protocol guard',
      // An empty key breaks the grammar; the length of another shows only when it is decoded.
      level: key === '' ? 'must' : 'practice',
      source:
        key === '' ? 'RFC 6455 §4.2.1, §4.3' : 'RFC 6455 §4.2.1 (decoding it "is not necessary")',
      title: `An opening handshake with ${key === '' ? 'an empty key' : 'a key of 8 bytes'} is refused with an HTTP error`,
      consequence:
        'The key proves that a WebSocket client asks; what asks without one may be something else.',
      pace: 'fast',
      script: (context) => ({
        name: 'key',
        steps: openingWith({ 'Sec-WebSocket-Key': key }, context),
      }),
      judge: judgeHttpRefusal,
    }),
  ),
  {
    ...common,
    id: 'idle-tcp-dropped',
    group: 'deadlines',
    level: 'practice',
    source: 'header timeouts of HTTP servers (Node and nginx: 60 s)',
    title: `A TCP connection without a request is dropped within ${msText(defaultBounds.opening)}`,
    consequence: 'Connections that say nothing fill the table of descriptors.',
    pace: 'slow',
    script: (context) => ({ name: 'idle', steps: [untilFin(context)] }),
    judge: judgeOpening,
  },
  {
    ...common,
    id: 'dripped-handshake-dropped',
    group: 'deadlines',
    level: 'practice',
    source: 'header timeouts of HTTP servers (Node and nginx: 60 s)',
    title: `A request that comes a byte a second is dropped within ${msText(defaultBounds.opening)}`,
    consequence: 'A client with no bandwidth to speak of can hold every descriptor (Slowloris).',
    pace: 'slow',
    script: dripped,
    judge: judgeOpening,
  },
];

function openingWith(
  headers: Readonly<Record<string, string>>,
  context: CheckContext,
): Script['steps'] {
  return opening(context).map((step) => (step.do === 'open' ? { ...step, headers } : step));
}

/** A request that is never whole, however long the patience. */
function dripped({ limits }: CheckContext): Script {
  const [start = ''] = upgradeRequest({ host: 'localhost' }).split('\r\n\r\n');
  const padding = `\r\nX-Drip: ${'d'.repeat(Math.ceil(limits.patience / everySecond))}`;
  const bytes = new TextEncoder()
    .encode(start + padding)
    .subarray(0, Math.max(1, Math.floor(limits.patience / everySecond)));
  return {
    name: 'drip',
    steps: [
      { do: 'drip', bytes, every: everySecond },
      { do: 'wait', for: 'fin', within: limits.patience % everySecond },
    ],
  };
}

const everySecond = 1_000;

function judgeHttpRefusal(transcript: Transcript): Judgement {
  const status = httpStatus(transcript);
  const end = endOf(transcript);
  if (status !== null && status >= 400 && status < 500) return pass(statusText(transcript));
  if (status === null && end !== null) return fail(`${end.how} without an HTTP error`);
  return fail(statusText(transcript));
}

function statusText(transcript: Transcript): string {
  const line = statusLine(transcript);
  return line === '' ? 'no answer' : line;
}

/** An HTTP error that does not close leaves the connection as open as before. */
function judgeOpening(transcript: Transcript, { limits }: CheckContext): Judgement {
  const before = httpStatus(transcript) === null ? '' : `${statusText(transcript)}, `;
  return judgeEnd(transcript, { startedAt: 0, awaited: 'end', bound: 'opening', before }, limits);
}

import { retryAfterReason } from '@farewell/core';
import type { Script } from '../script.ts';
import {
  type CheckContext,
  type CheckInfo,
  cannotTell,
  fail,
  type Judgement,
  notApplicable,
  pass,
} from './check.ts';
import { afterOpening, close, ending } from './steps.ts';
import { msText, type Transcript } from './transcript.ts';

/** Whether a client comes back, and how: one connection after the other, each ended in some way. */

/** One connection of a client. Times are in ms on one clock. */
export interface Visit {
  readonly arrivedAt: number;
  /** When our script had ended it. */
  readonly endedAt: number;
  readonly transcript: Transcript;
}

/** A rule about several connections of one client. */
export interface SeriesCheck extends CheckInfo {
  /** One script for each connection, the last one for the connection that ends the series. */
  scripts(context: CheckContext): readonly Script[];
  judge(visits: readonly Visit[], context: CheckContext): Judgement;
}

const common = { group: 'reconnecting', of: ['client'], pace: 'slow', level: 'practice' } as const;

/** What the client is asked to wait, ms: long enough to be no accident. */
const asked = 2_000;

/** RFC 6455 §7.2.3 wants the first delay random and the later ones longer: below this it hammers. */
const hammering = 100;

const resets = 4;

export const reconnectChecks: readonly SeriesCheck[] = [
  {
    ...common,
    id: 'reconnects-after-going-away',
    source: 'RFC 6455 §7.4.1 (1001)',
    title: 'After Close 1001 (going away) the client comes back',
    consequence: 'Each deploy of the server loses its clients.',
    scripts: (context) => [ended(context, 1001), ended(context, 1000)],
    judge: (visits) =>
      judgeReturn(visits, ([delay = 0]) => pass(`back after ${msText(delay)}`, delay)),
  },
  {
    ...common,
    id: 'reconnect-backs-off',
    source: 'RFC 6455 §7.2.3',
    title: 'A client whose connections are reset comes back later each time, and not at once',
    consequence: 'All clients of a server that has trouble hammer at it, and keep it down.',
    scripts: (context) => [
      ...Array.from({ length: resets }, () => dropped()),
      ended(context, 1000),
    ],
    judge: (visits) => judgeReturn(visits, judgeBackOff),
  },
  {
    ...common,
    id: 'retry-after-of-503-obeyed',
    source: 'RFC 9110 §10.2.3',
    title: `A 503 with Retry-After: ${asked / 1000} keeps the client away that long`,
    consequence: 'A server that is full is asked again and again.',
    scripts: (context) => [unavailable(), ended(context, 1000)],
    judge: (visits) => judgeReturn(visits, judgeObedience),
  },
  {
    ...common,
    id: 'retry-after-of-close-obeyed',
    source: `a reason of Close 1013 with ${retryAfterReason(asked)}`,
    title: `Close 1013 with the reason ${retryAfterReason(asked)} keeps the client away that long`,
    consequence: 'A server cannot spread the return of its clients over time.',
    scripts: (context) => [ended(context, 1013, retryAfterReason(asked)), ended(context, 1000)],
    judge: (visits) => judgeReturn(visits, judgeObedience),
  },
];

/** Judges the delays between the connections; a client that does not come back is not judged. */
function judgeReturn(
  visits: readonly Visit[],
  judge: (delays: readonly number[]) => Judgement,
): Judgement {
  const delays = visits.slice(1).map((visit, index) => {
    const before = visits[index];
    return Math.max(0, visit.arrivedAt - (before?.endedAt ?? visit.arrivedAt));
  });
  if (visits.length === 0) return notApplicable('no client came for it');
  return delays.length === 0 ? notApplicable('it did not come back by itself') : judge(delays);
}

function judgeBackOff(delays: readonly number[]): Judgement {
  const seen = `came back after ${delays.map(msText).join(', ')}`;
  const [first = 0] = delays;
  const last = delays.at(-1) ?? 0;
  // The JDK's HttpClient repeats a request that was reset, once and at once: that is no hammering.
  if (delays.length === 1) return cannotTell(`${seen}, and then no more`, last);
  if (median(delays) < hammering) return fail(`${seen}: it hammers`, last);
  if (delays.length < resets) return cannotTell(`${seen}, and then no more`, last);
  if (last <= first * 1.2) return fail(`${seen}: no later than at first`, last);
  return pass(`${seen}${isEven(delays) ? ', without jitter' : ''}`, last);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)] ?? 0;
}

/** The same factor from each delay to the next, to within 5 %: no randomness in it. */
function isEven(delays: readonly number[]): boolean {
  const factors = delays.slice(1).map((delay, index) => delay / (delays[index] ?? delay));
  return Math.max(...factors) - Math.min(...factors) < 0.05 * Math.max(...factors);
}

/** A timer of the client may be early by the granularity of its clock. */
const tolerance = 50;

function judgeObedience([delay = 0]: readonly number[]): Judgement {
  const seen = `back after ${msText(delay)}, asked to wait ${msText(asked)}`;
  return delay >= asked - tolerance ? pass(seen, delay) : fail(seen, delay);
}

function ended(context: CheckContext, code: number, reason = ''): Script {
  return afterOpening(context, [close(code, reason), ...ending(context)]);
}

/** Reset as soon as it asks. */
function dropped(): Script {
  return {
    name: 'dropped',
    steps: [{ do: 'wait', for: 'handshake' }, { do: 'reset' }],
    reflexes: { handshake: 'never' },
  };
}

function unavailable(): Script {
  const head = `HTTP/1.1 503 Service Unavailable\r\nRetry-After: ${asked / 1000}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  return {
    name: 'unavailable',
    steps: [
      { do: 'wait', for: 'handshake' },
      { do: 'bytes', bytes: new TextEncoder().encode(head) },
      { do: 'fin' },
      { do: 'wait', for: 'fin', within: 1_000 },
    ],
    reflexes: { handshake: 'never' },
  };
}

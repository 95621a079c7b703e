import { mayStandInClose, retryAfterIn } from '@farewell/core';
import { type CheckInfo, cannotTell, fail, type Judgement, type Limits, pass } from './check.ts';
import { defaultBounds, judgeEnd, judgeWait } from './deadline.ts';
import { closeText, endOf, firstSeen, msText, type Transcript } from './transcript.ts';

/** What a server does to its connections when it is told to stop. All times are from the signal on. */

/** An attempt to connect after the signal. */
export interface LateAttempt {
  readonly at: number;
  readonly answer: 'opened' | 'refused' | 'http-error' | 'hung';
  /** The HTTP status line, or the errno. */
  readonly text: string;
}

export interface Shutdown {
  /** Clients that answer Close and FIN. */
  readonly polite: readonly Transcript[];
  /** A client that answers neither. */
  readonly mute: Transcript;
  readonly attempts: readonly LateAttempt[];
  /** When the process was gone; null: it still lived when patience ended. */
  readonly goneAt: number | null;
  readonly until: number;
}

/** A rule about the stop of a server: all of them judge the same stop. */
export interface ShutdownCheck extends CheckInfo {
  judge(shutdown: Shutdown, limits: Limits): Judgement;
  /** The connection that shows it best. */
  shows(shutdown: Shutdown): Transcript | null;
}

const common = { group: 'shutdown', of: ['server'], pace: 'slow' } as const;
const polite = ({ polite }: Shutdown): Transcript | null => polite[0] ?? null;

export const shutdownChecks: readonly ShutdownCheck[] = [
  {
    ...common,
    id: 'stop-sends-close',
    level: 'practice',
    source: 'RFC 6455 §7.1.1, §7.1.5',
    title: 'A server that stops sends Close to every client',
    consequence: 'Each deploy is an abnormal closure (1006) for every client.',
    shows: polite,
    judge: judgeCloses,
  },
  {
    ...common,
    id: 'stop-code-says-why',
    level: 'practice',
    source: 'RFC 6455 §7.4.1 (1001), IANA registry (1012)',
    title: 'A server that stops closes with 1001 (going away) or 1012 (service restart)',
    consequence:
      'Clients cannot tell a restart from the end of the conversation, and do not come back.',
    shows: polite,
    judge: judgeCode,
  },
  {
    ...common,
    id: 'stop-spreads-returns',
    level: 'practice',
    source: 'RFC 6455 §7.2.3 (clients that come back at once); close-spread-time of HAProxy',
    title:
      'A server that stops lets its clients go one after the other, or tells each another time to come back',
    consequence: 'All clients come back in one moment, and the next server gets them all at once.',
    shows: polite,
    judge: judgeReturns,
  },
  {
    ...common,
    id: 'stop-waits-for-answers',
    level: 'must',
    source: 'RFC 6455 §5.5.1, §7.1.1',
    title: 'A server that stops ends TCP with FIN, after the closing handshake',
    consequence:
      'An RST, or a FIN before the answer, makes the end of a deploy look like a failure.',
    shows: polite,
    judge: judgeEnds,
  },
  {
    ...common,
    id: 'stop-turns-new-clients-away',
    level: 'practice',
    source: 'RFC 9110 §15.6.4 (503)',
    title: 'A server that stops refuses new connections or answers 503, and leaves none hanging',
    consequence:
      'Clients get into a server that is going, or wait in front of it, instead of at the next one.',
    shows: () => null,
    judge: judgeAttempts,
  },
  {
    ...common,
    id: 'stop-gives-mute-client-up',
    level: 'practice',
    source: 'close timeouts of ws (30 s), Python websockets (10 s) and others',
    title: `A server that stops gives a client that does not answer up within ${msText(defaultBounds.closing)}`,
    consequence: 'One client that never answers keeps the old process alive.',
    shows: ({ mute }) => mute,
    judge: ({ mute }, limits) => {
      const before = firstSeen(mute, 'close-frame') ? 'Close, then ' : '';
      return judgeEnd(mute, { startedAt: 0, awaited: 'end', bound: 'closing', before }, limits);
    },
  },
  {
    ...common,
    id: 'stop-ends-in-time',
    level: 'practice',
    source: "Kubernetes' terminationGracePeriodSeconds (30 s)",
    title: `A server that is told to stop has ended within ${msText(defaultBounds.stopping)}`,
    consequence: 'It is killed in the middle, and what it still had to say is lost.',
    shows: () => null,
    judge: ({ goneAt, until }, limits) =>
      judgeWait(
        { until },
        { endedAt: goneAt, startedAt: 0, what: 'end of the process', bound: 'stopping' },
        limits,
      ),
  },
];

function judgeCloses({ polite }: Shutdown): Judgement {
  const closes = polite.flatMap((each) => firstSeen(each, 'close-frame') ?? []);
  const [first] = closes;
  if (first === undefined)
    return fail(`none of ${polite.length} clients got Close: ${endsText(polite)}`);
  const times = closes.map(({ at }) => at);
  const seen = `${closes.length} of ${polite.length} clients got ${closeText({ ...first, reason: '' })}, the first ${msText(Math.min(...times))} after the signal, all within ${spanText(times)}`;
  return closes.length === polite.length ? pass(seen, Math.min(...times)) : fail(seen);
}

function judgeCode({ polite }: Shutdown): Judgement {
  const closes = polite.flatMap((each) => firstSeen(each, 'close-frame') ?? []);
  if (closes.length === 0) return cannotTell('no Close, so no code');
  const other = closes.find(({ statusCode }) => statusCode !== 1001 && statusCode !== 1012);
  const [shown = closes[0]] = other ? [other] : closes;
  const seen = shown ? closeText(shown) : '';
  if (other?.statusCode != null && !mayStandInClose(other.statusCode))
    return fail(`${seen}, which no endpoint may send`);
  return other ? fail(seen) : pass(seen);
}

/** As many clients as come back within this do so at once, ms. */
const atOnceWithin = 100;

/** A client comes back when it has been let go, and has waited as long as it was asked to. */
function judgeReturns({ polite }: Shutdown): Judgement {
  const departures = polite.flatMap((each) => departureOf(each) ?? []);
  const seen = `${departures.length} of ${polite.length} clients let go within ${spanText(departures.map(({ at }) => at))}`;
  if (departures.length <= polite.length / 2) return cannotTell(seen);
  const returns = departures.map(({ at, asked }) => at + (asked ?? 0));
  const asked = departures.filter((each) => each.asked !== null).length;
  const told =
    asked === 0
      ? 'none told when to come back'
      : `${asked} told when to come back, over ${spanText(returns)}`;
  // More than half of them in one moment are a crowd, whatever becomes of the rest.
  const isCrowd = mostAtOnce(returns) > polite.length / 2;
  return isCrowd ? fail(`${seen}, ${told}`) : pass(`${seen}, ${told}`);
}

/** When a client lost its connection, and the delay that it was asked for, ms; null: it has kept it. */
function departureOf(transcript: Transcript): { at: number; asked: number | null } | null {
  const close = firstSeen(transcript, 'close-frame');
  const at = close?.at ?? endOf(transcript)?.at;
  return at === undefined ? null : { at, asked: retryAfterIn(close?.reason ?? '') };
}

function mostAtOnce(times: readonly number[]): number {
  const from = (first: number) => times.filter((at) => at >= first && at < first + atOnceWithin);
  return Math.max(...times.map((first) => from(first).length));
}

function spanText(times: readonly number[]): string {
  return times.length === 0 ? msText(0) : msText(Math.max(...times) - Math.min(...times));
}

function judgeEnds({ polite }: Shutdown): Judgement {
  const closed = polite.filter((each) => firstSeen(each, 'close-frame') !== null);
  if (closed.length === 0) return cannotTell('no Close, so no closing handshake');
  const seen = endsText(closed);
  return closed.every((each) => endOf(each)?.how === 'FIN') ? pass(seen) : fail(seen);
}

function judgeAttempts({ attempts }: Shutdown): Judgement {
  if (attempts.length === 0) return cannotTell('it was gone before anybody else could connect');
  const kinds = [...new Set(attempts.map(({ answer, text }) => `${answer} (${text})`))];
  const count = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  const seen = `${count}: ${kinds.join(', ')}`;
  const bad = attempts.some(({ answer }) => answer === 'opened' || answer === 'hung');
  return bad ? fail(seen) : pass(seen);
}

/** `8 × FIN (its socket: TIME-WAIT)`. */
function endsText(transcripts: readonly Transcript[]): string {
  const counts = new Map<string, number>();
  for (const transcript of transcripts) {
    const left = transcript.sockets.at(-1)?.tcpState;
    const text = `${endOf(transcript)?.how ?? 'no end'}${left ? ` (its socket: ${left})` : ''}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => `${count} × ${text}`).join(', ');
}

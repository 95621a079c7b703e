import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Connection,
  type Decision,
  decide,
  decideSession,
  type Fact,
  type Never,
  observeAll,
  observeSession,
  observeUnsent,
  outcome,
  type Policy,
  type Session,
  sessionOutcome,
  unseenConnection,
} from '../src/index.ts';
import { policyFor } from './exploration/policies.ts';

/** A browser cannot reset: to give up is to destroy. */
const policy: Policy = policyFor('client', { heartbeat: false, abort: 'fin' });

/** What a client in a browser may tell, and in what words it would tell the whole model. */
interface Word {
  readonly short: (session: Session, at: number) => Session;
  readonly long: (session: Session) => readonly Fact[];
}

const of = 'client';
const noFacts: readonly Fact[] = [];

function word(facts: (at: number) => Partial<Session>, long: readonly Fact[]): Word {
  return { short: (session, at) => observeSession(session, facts(at)), long: () => long };
}

function unsent(bytes: number): Word {
  return {
    short: (session, at) => observeUnsent(session, bytes, at),
    long: () => [{ kind: 'unsent', of, bytes }],
  };
}

/** Only an open connection sends a Close frame, once. */
const sends = ({ openedAt, closeSent }: Session): boolean => openedAt !== undefined && !closeSent;

function sendsClose(isReply: boolean): Word {
  const frame = { by: of, seenAt: of, statusCode: 1000, reason: 'bye' } as const;
  const hadPeerClose = isReply || 'unknown';
  return {
    short: (session, at) =>
      sends(session) ? observeSession(session, { closeSent: { at, isReply } }) : session,
    long: (session) =>
      sends(session) ? [{ kind: 'close-frame', ...frame, hadPeerClose }] : noFacts,
  };
}

const wish = { statusCode: 1000, reason: 'bye' };
const words = fc.constantFrom<Word>(
  word((openedAt) => ({ openedAt }), [{ kind: 'opened' }]),
  word(() => ({ closeWanted: wish }), [{ kind: 'application', of, did: 'close', ...wish }]),
  word(() => ({ threw: true }), [{ kind: 'application', of, did: 'threw', message: '' }]),
  word(() => ({ terminated: true }), [{ kind: 'application', of, did: 'terminate' }]),
  word(() => ({ error: 'offline' }), [{ kind: 'error', of, errno: null, message: 'offline' }]),
  word(() => ({ destroyed: 'flush' }), [{ kind: 'destroyed', of, because: 'flush' }]),
  word(() => ({ destroyed: 'application' }), [{ kind: 'destroyed', of, because: 'application' }]),
  unsent(100),
  unsent(40),
  unsent(0),
  sendsClose(false),
  sendsClose(true),
);

interface Told {
  readonly session: Session;
  readonly whole: Connection;
  readonly at: number;
}

/** Both models after the same run: each word some time after the one before. */
const told = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9_000 }), words), { maxLength: 12 })
  .map((run) => {
    const whole = heard(unseenConnection(of), 0, [{ kind: 'connecting' }]);
    return run.reduce<Told>(hear, { session: { connectingAt: 0 }, whole, at: 0 });
  });

function hear({ session, whole, at }: Told, [later, { short, long }]: [number, Word]): Told {
  const now = at + later;
  return { session: short(session, now), whole: heard(whole, now, long(session)), at: now };
}

function heard(whole: Connection, at: number, facts: readonly Fact[]): Connection {
  return observeAll(
    whole,
    facts.map((fact) => ({ at, source: 'library', ...fact })),
  );
}

test('it owes what the whole model owes, and waits as long', () => {
  fc.assert(
    fc.property(told, fc.integer({ min: 0, max: 40_000 }), ({ session, whole, at }, later) => {
      const decision: Decision = decide(whole, policy, at + later);
      expect(decideSession(session, policy, at + later)).toEqual(decision);
    }),
  );
});

/** What the browser says of the end; null: it has not said anything. */
const closeEvents = fc.constantFrom<NonNullable<Session['closeEvent']> | null>(
  { code: 1000, reason: 'bye', wasClean: true },
  { code: 1005, reason: '', wasClean: true },
  { code: 1006, reason: '', wasClean: false },
  null,
);

test('it concludes what the whole model concludes, where only TCP could tell more', () => {
  fc.assert(
    fc.property(told, closeEvents, fc.boolean(), ({ session, whole, at }, closeEvent, failed) => {
      const ended = { closeEvent, endedAt: at, ...(failed && { failed }) };
      const { tcp, ...short } = sessionOutcome(observeSession(session, ended), 7);
      const long = outcome(endedWhole(whole, at, { closeEvent, failed }));
      expect({ ...short, tcp: long?.tcp }).toEqual(long);
      expect(tcp).toMatchObject({ firstFin: 'unknown', timeWait: 'unknown', basis: 'none' });
    }),
  );
});

/** The end as the whole model is told of it: the frames that the event shows, and what never was. */
function endedWhole(
  whole: Connection,
  at: number,
  { closeEvent, failed }: { closeEvent: Session['closeEvent']; failed: boolean },
): Connection {
  const hasSent = whole.client.closeFrame !== null;
  const known = heard(whole, at, framesIn(closeEvent ?? null, hasSent));
  const { client, server, openedAt } = known;
  const facts: readonly (readonly [Never, boolean])[] = [
    ['opened', openedAt === null],
    ['client-sent-close', !client.closeFrame],
    ['client-received-close', !server.closeFrame],
    ['client-aborted', !client.destroyed],
    ['client-threw', !client.threw],
    ['server-violated', !failed],
    ['client-failed', closeEvent?.wasClean === true],
  ];
  const never = facts.filter(([, sworn]) => sworn).map(([name]) => name);
  return heard(known, at, [{ kind: 'ended', of, never, unflushedBytes: 7 }]);
}

function framesIn(closeEvent: Session['closeEvent'], hasSent: boolean): readonly Fact[] {
  if (!closeEvent?.wasClean) return noFacts;
  const { code, reason } = closeEvent;
  const statusCode = code === 1005 ? null : code;
  const frame = { kind: 'close-frame', seenAt: of, statusCode, reason } as const;
  const hadPeerClose = hasSent ? 'unknown' : false;
  const received: Fact = { ...frame, by: 'server', hadPeerClose };
  return hasSent ? [received] : [received, { ...frame, by: of, hadPeerClose: true }];
}

describe('a session', () => {
  test('keeps the first word on each fact, and after the end all of them', () => {
    const opened = observeSession({ connectingAt: 0 }, { openedAt: 5 });
    expect(observeSession(opened, { openedAt: 9 })).toEqual(opened);
    const ended = observeSession(opened, { closeEvent: null, endedAt: 10 });
    expect(observeSession(ended, { threw: true, endedAt: 11 })).toBe(ended);
  });

  test('is not clean if the browser does not say so, whatever code it gives', () => {
    const closeEvent = { code: 1000, reason: 'bye', wasClean: false };
    const ended = { connectingAt: 0, openedAt: 5, closeEvent, endedAt: 10 };
    const unclear = { code: 1000, reason: 'bye', wasClean: false, cause: 'unknown' };
    expect(sessionOutcome(ended, 0)).toMatchObject({ ...unclear, order: 'unknown' });
    const closed = { ...ended, closeSent: { at: 7, isReply: false } };
    expect(sessionOutcome(closed, 0)).toMatchObject(unclear);
  });
});

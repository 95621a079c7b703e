import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createPolicy,
  decide,
  decideSession,
  observe,
  observeSession,
  outcome,
  type Session,
  sessionOutcome,
  unseenConnection,
} from '../src/index.ts';

const { policy } = createPolicy('client', { heartbeat: false });

/** What a client in a browser observes: never a Close frame of the server before the end. */
const facts = fc.constantFrom<Session>(
  { kind: 'connecting' },
  { kind: 'opened' },
  { kind: 'application', of: 'client', did: 'close', statusCode: 1000, reason: 'bye' },
  { kind: 'application', of: 'client', did: 'threw', message: 'oops' },
  { kind: 'application', of: 'client', did: 'terminate' },
  { kind: 'unsent', of: 'client', bytes: 100 },
  { kind: 'unsent', of: 'client', bytes: 0 },
  { kind: 'error', of: 'client', errno: null, message: 'offline' },
  { kind: 'destroyed', of: 'client', because: 'closing-handshake' },
  {
    kind: 'close-frame',
    by: 'client',
    seenAt: 'client',
    statusCode: 1000,
    reason: 'bye',
    hadPeerClose: 'unknown',
  },
);

const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), facts), { maxLength: 12 });

test('without TCP the session says what the whole model says', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 0, max: 60_000 }), (run, now) => {
      if (!policy) throw new Error('the policy is sound');
      let whole = unseenConnection('client');
      let session = unseenConnection('client');
      for (const [at, fact] of run) {
        const observation = { at, source: 'library', ...fact } as const;
        whole = observe(whole, observation);
        session = observeSession(session, observation);
      }
      expect(session).toEqual(whole);
      expect(decideSession(session, policy, now)).toEqual(decide(whole, policy, now));
    }),
  );
});

test('its outcome is that of the whole model, where only TCP could tell more', () => {
  fc.assert(
    fc.property(runs, fc.boolean(), (run, isAborted) => {
      const ended = {
        kind: 'ended',
        of: 'client',
        never: isAborted ? [] : ['client-aborted', 'client-threw', 'server-violated'],
        unflushedBytes: 0,
      } as const satisfies Session;
      const known = [...run.map(([, fact]) => fact), ended]
        .map((fact, at) => ({ at, source: 'library', ...fact }) as const)
        .reduce(observeSession, unseenConnection('client'));
      expect(sessionOutcome(known, 'client')).toEqual({
        ...outcome(known),
        tcp: { ...outcome(known)?.tcp, ...sessionOutcome(known, 'client').tcp },
      });
      expect(sessionOutcome(known, 'client').tcp.basis).toBe('none');
    }),
  );
});

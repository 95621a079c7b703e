import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ClosingEvent,
  type ClosingPhase,
  closingPhase,
  type Fact,
  nextClosingPhase,
  observe,
  type Role,
  readyStateOf,
  unseenConnection,
} from '../src/index.ts';

const close = (by: Role): Fact => ({
  kind: 'close-frame',
  by,
  seenAt: 'client',
  statusCode: 1000,
  reason: '',
  hadPeerClose: 'unknown',
});

/** The table's events as the client sees them. */
const facts: Readonly<Record<ClosingEvent, Fact>> = {
  open: { kind: 'opened' },
  'send-close': close('client'),
  'receive-close': close('server'),
  end: { kind: 'ended', of: 'client', never: [], unflushedBytes: 0 },
};

function after(...events: readonly ClosingEvent[]): ClosingPhase {
  return events.reduce<ClosingPhase>(nextClosingPhase, 'opening');
}

test('both orders of the Close frames lead to close-done, and TCP may end at any moment', () => {
  expect(after('open', 'send-close', 'receive-close')).toBe('close-done');
  expect(after('open', 'receive-close', 'send-close')).toBe('close-done');
  expect(after('open', 'end')).toBe('ended');
  expect(readyStateOf[after('open', 'send-close')]).toBe('CLOSING');
});

test('the phase that is known after any events is the one that the table gives', () => {
  const events = fc.array(fc.constantFrom(...(Object.keys(facts) as ClosingEvent[])));
  fc.assert(
    fc.property(events, (rest) => {
      let connection = unseenConnection('client');
      let phase: ClosingPhase = 'opening';
      for (const event of ['open' as const, ...rest]) {
        connection = observe(connection, { at: 0, source: 'library', ...facts[event] });
        phase = nextClosingPhase(phase, event);
        expect(closingPhase(connection, 'client')).toBe(phase);
      }
    }),
  );
});

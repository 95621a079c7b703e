import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnoseConnection } from '../../src/packets/diagnose-connection.ts';
import type { ConnectionVerdict } from '../../src/packets/verdict.ts';
import type { WireCase, WireSide } from '../../src/packets/wire-connection.ts';
import { anyCase } from './support/arbitrary.ts';
import { close, fin, unseenSide, wireCase } from './support/wire.ts';

const runs = { numRuns: 2000 };

describe('diagnoseConnection', () => {
  test('gives the worst first', () => {
    const hasty = { closeFrame: close(0), fin: fin(1) };
    const server = { fin: fin(4000, { hadPeerFin: true, hadPeerClose: true }) };
    const tcp = { firstFin: 'client', timeWait: 'client' } as const;
    const all = diagnoseConnection(wireCase({ client: hasty, server, tcp }));
    expect(all.map(({ severity, id }) => `${severity} ${id}`)).toEqual([
      'problem close-never-answered',
      'risk fin-before-close-reply',
      'note half-closed',
      'note time-wait-on-client',
    ]);
  });

  test('is not sure of Close frames where the handshake was not seen', () => {
    const parts = { client: { closeFrame: close(0), fin: fin(1) }, webSocket: 'likely' } as const;
    const [verdict] = diagnoseConnection(wireCase(parts));
    expect(verdict).toMatchObject({ id: 'fin-before-close-reply', confidence: 'likely' });
  });
});

describe('whatever packets show', () => {
  test('nothing throws, and each verdict has evidence, a page and what to do', () => {
    fc.assert(
      fc.property(anyCase, (parts) => {
        for (const verdict of diagnoseConnection(wireCase(parts))) {
          expect(verdict.evidence.length).toBeGreaterThan(0);
          expect(verdict.do.length).toBeGreaterThan(0);
          expect(verdict.page).toBe(`docs/verdicts/${verdict.id}.md`);
          const texts = [verdict.summary, ...verdict.evidence.map(({ text }) => text)].join();
          expect(texts).not.toMatch(/undefined|NaN|null|-\d+ (?:ms|s)\b/);
        }
      }),
      runs,
    );
  });

  test('less evidence gives no other verdict: the same, less sure, or none', () => {
    fc.assert(
      fc.property(anyCase, fc.constantFrom(...Object.keys(losses)), (parts, name) => {
        const all = wireCase(parts);
        const before = surenessOf(diagnoseConnection(all));
        const after = surenessOf(diagnoseConnection(losses[name]?.(all) ?? all));
        for (const [verdict, sureness] of after)
          expect(before.get(verdict) ?? -1, verdict).toBeGreaterThanOrEqual(sureness);
      }),
      runs,
    );
  });
});

/** Ways to know less about the same connection. */
const losses: Readonly<Record<string, (all: WireCase) => WireCase>> = {
  'packets that the capture lost': (all) => connectionWith(all, { captureLost: true }),
  'packets of others that it lost': (all) => ({ ...all, lostElsewhere: 'packets' }),
  'one direction': (all) => {
    const { seen, sides } = all.connection;
    const unseen = { ...sides, server: unseenSide };
    return seen === 'both' ? connectionWith(all, { seen: 'client', sides: unseen }) : all;
  },
  'bytes of frames': (all) => eachSide(all, (side) => ({ ...side, gaps: side.gaps + 1 })),
  'frames cut short': (all) => eachSide(all, (side) => ({ ...side, truncated: true })),
  'where frames begin': (all) => eachSide(all, (side) => ({ ...side, unknownFrom: 1 })),
  'the handshake': (all) =>
    all.connection.webSocket === true
      ? connectionWith(all, { webSocket: 'likely', began: 'mid-connection' })
      : all,
  'what FINs acknowledge': (all) =>
    eachSide(all, (side) => ({
      ...side,
      fin: side.fin && { ...side.fin, hadPeerFin: 'unknown', hadPeerClose: 'unknown' },
    })),
  TTLs: (all) => eachSide(all, (side) => ({ ...side, ttl: null })),
  'sequence numbers of RSTs': (all) =>
    eachSide(all, (side) => ({
      ...side,
      reset: side.reset && { ...side.reset, sequenceOffset: null },
    })),
  'the rest of the capture': (all) => ({
    ...all,
    observedUntil: Math.min(all.observedUntil, all.connection.lastPacketAt),
  }),
  'who was first': ({ outcome, ...all }) => ({
    ...all,
    outcome: {
      ...outcome,
      order: 'unknown',
      tcp: { ...outcome.tcp, firstFin: 'unknown', timeWait: 'unknown', basis: 'none' },
    },
  }),
};

function connectionWith(all: WireCase, less: Partial<WireCase['connection']>): WireCase {
  return { ...all, connection: { ...all.connection, ...less } };
}

function eachSide(all: WireCase, less: (side: WireSide) => WireSide): WireCase {
  const { client, server } = all.connection.sides;
  return connectionWith(all, { sides: { client: less(client), server: less(server) } });
}

const surety = ['possible', 'likely', 'certain'];

/** Of those with the same id about the same side, the surest. */
function surenessOf(verdicts: readonly ConnectionVerdict[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { id, by, confidence } of verdicts) {
    const key = `${id} ${by}`;
    found.set(key, Math.max(found.get(key) ?? -1, surety.indexOf(confidence)));
  }
  return found;
}

import { describe, expect, test } from 'vitest';
import { close, evidenceOf, fin, reset, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) =>
  verdictOn('closed-without-close-frame', parts);

describe('closed-without-close-frame', () => {
  test.each(['client', 'server'] as const)('the first FIN is of the %s', (by) => {
    const parts = { [by]: { fin: fin(0) }, tcp: { firstFin: by } };
    const verdict = on({ ...parts, endedAt: start });
    expect(verdict).toMatchObject({ severity: 'problem', confidence: 'certain', by });
    expect(evidenceOf(verdict)).toContain('both sides see 1006');
    // The other side may still send a Close frame.
    const other = by === 'client' ? 'server' : 'client';
    expect(evidenceOf(on(parts))).toContain(`the ${other}'s application sees 1006`);
  });

  test('both FINs crossed', () => {
    const parts = { client: { fin: fin(0) }, server: { fin: fin(0) } };
    expect(on({ ...parts, tcp: { firstFin: 'both' } })).toMatchObject({ by: null });
  });

  test('a reset, unless its receiver ignores it', () => {
    expect(on({ server: { reset: reset(0) } })).toMatchObject({ by: 'server' });
    const ignored = reset(0, { validity: 'outside-window' });
    expect(on({ server: { reset: ignored } })).toBeUndefined();
  });

  test('one Close frame that could not be answered: a FIN was on its way', () => {
    const parts = {
      client: { closeFrame: close(0) },
      server: { fin: fin(0, { hadPeerClose: false }) },
    };
    const verdict = on(parts);
    expect(verdict).toMatchObject({ by: 'server' });
    expect(evidenceOf(verdict)).toContain("the client's application sees 1006");
  });

  test('not after a closing handshake, nor while it is open', () => {
    const both = {
      client: { closeFrame: close(0), fin: fin(1) },
      server: { closeFrame: close(1) },
    };
    expect(on({ ...both, tcp: { firstFin: 'client' } })).toBeUndefined();
    expect(on({})).toBeUndefined();
  });

  test('not of an upgrade that was refused, nor of other protocols, nor where frames are hidden', () => {
    const ended = { server: { fin: fin(0) }, tcp: { firstFin: 'server' } } as const;
    const refused = {
      status: 503,
      serverSoftware: null,
      accept: 'unknown',
      upgradeHeader: false,
    } as const;
    expect(on({ ...ended, handshake: refused })).toBeUndefined();
    // RFC 6455 §4.1: the client fails the connection.
    const wrong = { ...refused, status: 101, accept: 'wrong', upgradeHeader: true } as const;
    expect(on({ ...ended, handshake: wrong })).toBeUndefined();
    expect(on({ ...ended, webSocket: false })).toBeUndefined();
    expect(on({ ...ended, client: { unknownFrom: 1 } })).toBeUndefined();
  });
});

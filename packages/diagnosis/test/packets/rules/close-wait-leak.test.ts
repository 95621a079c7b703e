import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('close-wait-leak', parts);

describe('close-wait-leak', () => {
  test('a FIN was acknowledged and nothing followed', () => {
    const verdict = on({ client: { fin: fin(0) }, goesOn: 20_000 });
    expect(verdict).toMatchObject({ severity: 'problem', confidence: 'likely', by: 'server' });
    expect(evidenceOf(verdict)).toContain('neither data nor FIN from the server in the 20 s since');
  });

  test('not within a second, nor where that side still sends or has closed', () => {
    expect(on({ client: { fin: fin(0) }, goesOn: 900 })).toBeUndefined();
    const sends = { lastDataAt: start + 19_500 };
    expect(on({ client: { fin: fin(0) }, server: sends, goesOn: 20_000 })).toBeUndefined();
    const closed = { fin: fin(4) };
    expect(on({ client: { fin: fin(0) }, server: closed, goesOn: 20_000 })).toBeUndefined();
    expect(on({ client: { fin: fin(0) }, endedAt: start + 1, goesOn: 20_000 })).toBeUndefined();
  });

  test('not of a FIN that nobody acknowledged: that side may never have had it', () => {
    expect(on({ client: { fin: fin(0, { ackedAt: null }) }, goesOn: 20_000 })).toBeUndefined();
  });

  test('is possible behind a window of 0: its FIN may wait for its data', () => {
    const client = { fin: fin(0), zeroWindowAtEnd: true };
    const verdict = on({ client, goesOn: 20_000 });
    expect(verdict).toMatchObject({ severity: 'risk', confidence: 'possible', by: 'server' });
    expect(evidenceOf(verdict)).not.toContain('CLOSE-WAIT');
    expect(evidenceOf(verdict)).toContain('decides');
  });

  test('not while that side sends its data again and nobody answers: the FIN would come behind', () => {
    const server = { retransmissions: 4, lastPacketAt: start + 9000 };
    expect(on({ client: { fin: fin(0) }, server, goesOn: 20_000 })).toBeUndefined();
  });

  test('not where the capture lost packets; of others: possible', () => {
    const parts = { server: { fin: fin(0) }, goesOn: 20_000 };
    expect(on({ ...parts, captureLost: true })).toBeUndefined();
    expect(on({ ...parts, seen: 'server' })).toBeUndefined();
    const lost = on({ ...parts, lostElsewhere: 'packets' });
    expect(lost).toMatchObject({ severity: 'risk', confidence: 'possible', by: 'client' });
  });
});

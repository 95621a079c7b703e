import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('retransmitted-fin', parts);

describe('retransmitted-fin', () => {
  const twice = fin(0, { count: 2 });

  test('a FIN that was sent again and answered', () => {
    const verdict = on({ client: { fin: twice }, endedAt: start + 1, tcp: { timeWait: 'server' } });
    expect(verdict).toMatchObject({ severity: 'note', confidence: 'certain', by: 'client' });
    expect(evidenceOf(verdict)).toContain('starts its 60 s again');
  });

  test('says nothing of TIME-WAIT to the side that sent it', () => {
    const verdict = on({ client: { fin: twice }, endedAt: start + 1, tcp: { timeWait: 'client' } });
    expect(evidenceOf(verdict)).toBe('the FIN was sent 2 times');
  });

  test('says where the acknowledgment is lost, if it is in the capture', () => {
    const server = { fin: fin(5, { count: 6, hadPeerFin: true }), lastPacketAt: start + 3405 };
    const verdict = on({ client: { fin: fin(0) }, server, endedAt: start + 5 });
    expect(evidenceOf(verdict)).toContain('the server sent on for 3.4 s');
    const both = { client: { fin: fin(0, { count: 2 }) }, server: { ...server, fin: fin(5) } };
    expect(evidenceOf(on({ ...both, endedAt: start + 5 }))).not.toContain('lost between');
  });

  test('not of one that was sent once, nor while nobody has answered', () => {
    expect(on({ client: { fin: fin(0) }, endedAt: start + 1 })).toBeUndefined();
    expect(on({ client: { fin: fin(0, { count: 5, ackedAt: null }) } })).toBeUndefined();
  });
});

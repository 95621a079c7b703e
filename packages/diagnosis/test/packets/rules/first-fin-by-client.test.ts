import { describe, expect, test } from 'vitest';
import { close, fin, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('first-fin-by-client', parts);

describe('first-fin-by-client', () => {
  const client = { closeFrame: close(0), fin: fin(5, { hadPeerClose: true }) };
  const server = { closeFrame: close(2, { hadPeerClose: true }) };

  test('the client ended TCP first, behind both Close frames', () => {
    const verdict = on({ client, server, tcp: { firstFin: 'client' } });
    expect(verdict).toMatchObject({ severity: 'note', confidence: 'certain', by: 'client' });
    expect(verdict?.evidence[0]).toMatchObject({ value: 3, unit: 'ms' });
  });

  test('not if the server was first, nor without one of the Close frames', () => {
    expect(on({ client, server, tcp: { firstFin: 'server' } })).toBeUndefined();
    expect(on({ client, tcp: { firstFin: 'client' } })).toBeUndefined();
  });

  test("not if the FIN was sent before the server's Close frame had arrived", () => {
    const early = { ...client, fin: fin(1, { hadPeerClose: false }) };
    expect(on({ client: early, server, tcp: { firstFin: 'client' } })).toBeUndefined();
  });
});

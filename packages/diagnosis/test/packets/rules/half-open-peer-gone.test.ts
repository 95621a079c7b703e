import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('half-open-peer-gone', parts);

describe('half-open-peer-gone', () => {
  const sender = { retransmissions: 3, lastPacketAt: start + 4000, lastDataAt: start };

  test('data again and again, and silence', () => {
    const verdict = on({ server: sender, goesOn: 4000 });
    expect(verdict).toMatchObject({ severity: 'problem', confidence: 'likely', by: 'client' });
    expect(evidenceOf(verdict)).toBe(
      '3 segments of the server sent again; nothing came from the client while the other side went on for 4 s',
    );
  });

  test('not while the other side answers, closes its window, or it is over', () => {
    expect(on({ server: sender, client: { lastPacketAt: start + 3500 } })).toBeUndefined();
    expect(on({ server: sender, client: { zeroWindowAtEnd: true } })).toBeUndefined();
    expect(on({ server: sender, endedAt: start + 4000 })).toBeUndefined();
    expect(on({ server: { ...sender, fin: fin(0) } })).toBeUndefined();
  });

  test('not for probes of an idle connection, nor where the capture lost packets', () => {
    const idle = { ...sender, keepAliveProbes: 3, lastDataAt: start - 60_000 };
    expect(on({ server: idle })).toBeUndefined();
    expect(on({ server: sender, captureLost: true })).toBeUndefined();
    expect(on({ server: sender, seen: 'server' })).toBeUndefined();
    const lost = on({ server: sender, lostElsewhere: 'packets' });
    expect(lost).toMatchObject({ severity: 'risk', confidence: 'possible' });
  });
});

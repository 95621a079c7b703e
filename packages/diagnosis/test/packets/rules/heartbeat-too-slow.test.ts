import { describe, expect, test } from 'vitest';
import { evidenceOf, fin, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('heartbeat-too-slow', parts);

/** Cut by the server after this silence. */
const cut = (silence: number) =>
  ({ server: { fin: fin(0) }, endBeganAt: start, lastDataBeforeEndAt: start - silence }) as const;
const pings = (every: number) => ({
  frames: { ping: 3 },
  firstPingAt: start - 60_000 - 2 * every,
  lastPingAt: start - 60_000,
});

describe('heartbeat-too-slow', () => {
  test('pings further apart than the silence before the cut', () => {
    const verdict = on({ ...cut(60_000), client: pings(90_000) });
    expect(verdict).toMatchObject({ severity: 'problem', confidence: 'likely', by: 'client' });
    expect(evidenceOf(verdict)).toContain("the client's pings came every 90 s");
    expect(verdict?.do.join()).toContain('30 s');
  });

  test('not with pings that are closer, nor with a single one, nor without a cut', () => {
    expect(on({ ...cut(60_000), client: pings(20_000) })).toBeUndefined();
    const one = { frames: { ping: 1 }, firstPingAt: start, lastPingAt: start };
    expect(on({ ...cut(60_000), client: one })).toBeUndefined();
    expect(on({ client: pings(90_000) })).toBeUndefined();
  });
});

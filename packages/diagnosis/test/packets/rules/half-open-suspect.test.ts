import { describe, expect, test } from 'vitest';
import { fin, start, verdictOn } from '../support/wire.ts';

const on = (parts: Parameters<typeof verdictOn>[1]) => verdictOn('half-open-suspect', parts);

describe('half-open-suspect', () => {
  test('open, and silent for a minute without anything that would tell', () => {
    expect(on({ goesOn: 61_000 })).toMatchObject({ severity: 'note', confidence: 'possible' });
    expect(on({ goesOn: 59_000 })).toBeUndefined();
  });

  test('not with pings or keep-alive, nor for other protocols', () => {
    expect(on({ server: { frames: { ping: 1 } }, goesOn: 61_000 })).toBeUndefined();
    expect(on({ client: { keepAliveProbes: 1 }, goesOn: 61_000 })).toBeUndefined();
    expect(on({ webSocket: false, goesOn: 61_000 })).toBeUndefined();
  });

  test('not if it ends, nor if one direction is not seen: pings may be there', () => {
    expect(on({ server: { fin: fin(0) }, endBeganAt: start, goesOn: 61_000 })).toBeUndefined();
    expect(on({ seen: 'client', goesOn: 61_000 })).toBeUndefined();
    expect(on({ captureLost: true, goesOn: 61_000 })).toBeUndefined();
  });
});

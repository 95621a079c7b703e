import type { SocketRow } from '@farewell/core';
import { expect, test } from 'vitest';
import { verdict } from '../support/evidence.ts';
import { listener, row, rows, timeWait } from '../support/rows.ts';

const id = 'short-lived-connections';

/** One close every `interval` ms over the last minute. */
function everyMs(interval: number, facts: Partial<SocketRow> = {}): SocketRow[] {
  return Array.from({ length: Math.floor(60_000 / interval) }, (_, index) =>
    row({ ...timeWait(index * interval), remotePort: 40_000 + index, ...facts }),
  );
}

test('a health check every two seconds is told from WebSockets', () => {
  const found = verdict(id, [listener(), ...everyMs(2000)]);
  expect(found).toMatchObject({ severity: 'note', confidence: 'likely', count: 30, port: 8080 });
});

test('many addresses are less sure', () => {
  const table = everyMs(1000).map((each, index) => ({
    ...each,
    remoteAddress: `10.0.1.${index}`,
  }));
  expect(verdict(id, [listener(), ...table])?.confidence).toBe('possible');
});

test('as many closes among many live connections are ordinary comings and goings', () => {
  const live = rows(100, { remoteAddress: '10.0.0.8' });
  expect(verdict(id, [listener(), ...live, ...everyMs(2000)])).toBeUndefined();
});

test('a restart that closed everything at once is not a habit', () => {
  expect(verdict(id, [listener(), ...rows(2000, timeWait(20_000))])).toBeUndefined();
});

test('without timers nobody knows when they closed', () => {
  expect(verdict(id, [listener(), ...everyMs(2000, { timer: null })])).toBeUndefined();
});

import { expect, test } from 'vitest';
import { settings, verdict } from '../support/evidence.ts';
import { listener, outgoing, rows, timeWait } from '../support/rows.ts';

const id = 'time-wait-on-client';

test('a few TIME-WAITs towards a destination are a note, with the ports they cost', () => {
  const live = outgoing(1, { localPort: 60_000 });
  const found = verdict(id, [...live, ...outgoing(20, timeWait(5000))]);
  expect(found).toMatchObject({
    severity: 'note',
    count: 20,
    port: 443,
    destination: '10.0.0.9:443',
    process: { name: 'java' },
  });
  expect(found?.costs[0]).toMatchObject({ resource: 'ports', value: 21, limit: 28_232 });
});

test('a quarter of the ports is a risk', () => {
  const narrow = { ...settings, portRange: [32_768, 32_807] as const };
  const few = verdict(id, outgoing(9, timeWait(5000)), { settings: narrow });
  const many = verdict(id, outgoing(10, timeWait(5000)), { settings: narrow });
  expect([few?.severity, many?.severity]).toEqual(['note', 'risk']);
});

test('ports that tcp_tw_reuse gives back are no risk', () => {
  const reuse = { ...settings, portRange: [32_768, 32_807] as const, timeWaitReuse: 1 };
  const found = verdict(id, outgoing(10, timeWait(5000)), { settings: reuse });
  expect(found?.severity).toBe('note');
  expect(found?.evidence.map(({ text }) => text).join()).toContain('tcp_tw_reuse');
});

test('without settings the default range is assumed and said', () => {
  const found = verdict(id, outgoing(20, timeWait(5000)), { settings: null });
  expect(found?.costs[0]?.text).toContain('the setting was not read');
});

test("TIME-WAIT at a listener's port is not the client's", () => {
  expect(verdict(id, [listener(), ...rows(20, timeWait(5000))])).toBeUndefined();
});

test("on one machine the row that goes to a listener is the client's", () => {
  const local = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', remotePort: 8080 };
  const found = verdict(id, [listener(), ...outgoing(3, { ...timeWait(10), ...local })]);
  expect(found).toMatchObject({ confidence: 'certain', destination: '127.0.0.1:8080', count: 3 });
});

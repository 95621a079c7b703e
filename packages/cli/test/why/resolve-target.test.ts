import { describe, expect, test } from 'vitest';
import { busiest, resolveTarget } from '../../src/why/resolve-target.ts';
import { row } from '../support/reports.ts';

describe('resolveTarget', () => {
  test('looks a host name up', async () => {
    const result = await resolveTarget({ kind: 'host', host: 'localhost', port: 80 });
    const addresses = result.ok
      ? result.value.map((target) => 'address' in target && target.address)
      : [];
    expect(addresses.every((address) => address === '127.0.0.1' || address === '::1')).toBe(true);
    expect(addresses.length).toBeGreaterThan(0);
  });

  test('a name without address is an error that names it', async () => {
    // RFC 6761 §6.4: "invalid" never exists.
    const result = await resolveTarget({ kind: 'host', host: 'nobody.invalid', port: 80 });
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('nobody.invalid') });
  });

  test('any other target is itself', async () => {
    expect(await resolveTarget({ kind: 'pid', pid: 7 })).toEqual({
      ok: true,
      value: [{ kind: 'pid', pid: 7 }],
    });
  });
});

const at = (address: string) => ({ kind: 'endpoint', address, port: 443 }) as const;

test('busiest is the address with the most sockets, at either end', () => {
  const rows = [
    row({ remoteAddress: '10.0.0.9', remotePort: 443 }),
    row({ localAddress: '10.0.0.9', localPort: 443 }),
    row({ remoteAddress: '10.0.0.8', remotePort: 443 }),
  ];
  expect(busiest([at('10.0.0.8'), at('10.0.0.9')], rows)).toEqual(at('10.0.0.9'));
  expect(busiest([at('10.0.0.8'), at('10.0.0.9')], [])).toEqual(at('10.0.0.8'));
});

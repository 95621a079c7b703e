import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressKey, clientAddress } from '../../src/limits/client-address.ts';

const proxies = { addresses: ['10.0.0.0/8', '2001:db8:ffff::/48'] };

test('without trusted proxies the headers mean nothing', () => {
  const addressOf = clientAddress(undefined);
  expect(addressOf('192.0.2.1', { 'x-forwarded-for': '203.0.113.9' })).toBe('192.0.2.1');
  expect(addressOf('::ffff:192.0.2.1', {})).toBe('192.0.2.1');
});

test('X-Forwarded-For is read from its end, as far as the proxies are trusted', () => {
  const addressOf = clientAddress(proxies);
  const from = (remote: string, header: string): string =>
    addressOf(remote, { 'x-forwarded-for': header });
  expect(from('10.1.1.1', '203.0.113.9')).toBe('203.0.113.9');
  expect(from('::ffff:10.1.1.1', '203.0.113.9:4711')).toBe('203.0.113.9');
  expect(from('10.1.1.1', '1.1.1.1, 203.0.113.9, 10.2.2.2')).toBe('203.0.113.9');
  expect(from('2001:db8:ffff::7', '2001:db8::9')).toBe('2001:db8::9');
});

test('what an untrusted peer says of itself is not believed', () => {
  const addressOf = clientAddress(proxies);
  expect(addressOf('192.0.2.1', { 'x-forwarded-for': '127.0.0.1' })).toBe('192.0.2.1');
  expect(addressOf('10.1.1.1', { 'x-forwarded-for': '6.6.6.6, 192.0.2.1' })).toBe('192.0.2.1');
});

test('only the header that the proxies write is read', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=6.6.6.6' };
  expect(clientAddress(proxies)('10.1.1.1', headers)).toBe('203.0.113.9');
  const forwarded = clientAddress({ ...proxies, header: 'forwarded' });
  expect(forwarded('10.1.1.1', headers)).toBe('6.6.6.6');
});

test('Forwarded, RFC 7239: quoted IPv6 with a port, other parameters, what is hidden', () => {
  const addressOf = clientAddress({ ...proxies, header: 'forwarded' });
  const from = (forwarded: string): string => addressOf('10.1.1.1', { forwarded });
  expect(from('for="[2001:db8:cafe::17]:4711"')).toBe('2001:db8:cafe::17');
  expect(from('proto=https; For=192.0.2.60;by=10.1.1.1')).toBe('192.0.2.60');
  expect(from('for=192.0.2.43, for=10.9.9.9')).toBe('192.0.2.43');
  expect(from('for=unknown')).toBe('10.1.1.1');
  expect(from('for=_hidden, for=10.9.9.9')).toBe('10.9.9.9');
});

test('an IPv6 address counts for its /64, an IPv4 address for itself', () => {
  expect(addressKey('192.0.2.1')).toBe('192.0.2.1');
  expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(addressKey('2001:DB8:1:2::ff')).toBe('2001:db8:1:2::/64');
  expect(addressKey('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(addressKey('::1')).toBe('0:0:0:0::/64');
  expect(addressKey('64:ff9b::192.0.2.1')).toBe('64:ff9b:0:0::/64');
  expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
});

test('any header gives an address that somebody trusted wrote, and never throws', () => {
  const addressOf = clientAddress(proxies);
  fc.assert(
    fc.property(fc.string(), (header) => {
      const address = addressOf('10.1.1.1', { 'x-forwarded-for': header });
      expect(address).not.toBe('');
      expect(addressKey(address)).not.toBe('');
    }),
  );
});

test('an address that is none is told at once', () => {
  expect(() => clientAddress({ addresses: ['nginx'] })).toThrow('got `nginx`');
  expect(() => clientAddress({ addresses: ['10.0.0.0/33'] })).toThrow('10.0.0.0/33');
});

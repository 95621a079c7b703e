import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from '../../src/tables-as-text/ip-text.ts';

describe('canonical text of addresses', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['fe80::', 'fe80::'],
  ])('%s is %s', (text, canonical) => {
    expect(ipv6Text(parseIpv6(text) ?? [])).toBe(canonical);
  });

  it.each(['', ':', ':::', '1:2', '1:2:3:4:5:6:7:8:9', '1::2::3', 'g::', '::1.2.3', '12345::'])(
    '`%s` is no IPv6 address',
    (text) => {
      expect(parseIpv6(text)).toBeNull();
    },
  );

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1..2.3', 'a.b.c.d'])(
    '`%s` is no IPv4 address',
    (text) => {
      expect(parseIpv4(text)).toBeNull();
    },
  );

  it('comes back the same, whatever the address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = ipv6Text(parseIpv6(text) ?? []);
        const again = parseIpv6(canonical) ?? parseIpv6(`::ffff:${canonical}`) ?? [];
        expect(ipv6Text(again)).toBe(canonical);
      }),
    );
    fc.assert(fc.property(fc.ipV4(), (text) => ipv4Text(parseIpv4(text) ?? -1) === text));
  });
});

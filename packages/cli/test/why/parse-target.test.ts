import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, parsePid, parseTarget } from '../../src/why/parse-target.ts';

describe('parseTarget', () => {
  test.each([
    [':8080', { kind: 'port', port: 8080 }],
    ['8080', { kind: 'port', port: 8080 }],
    ['10.0.0.7:443', { kind: 'endpoint', address: '10.0.0.7', port: 443 }],
    ['[::1]:8080', { kind: 'endpoint', address: '::1', port: 8080 }],
    ['[2001:DB8:0:0::7]:8080', { kind: 'endpoint', address: '2001:db8::7', port: 8080 }],
    ['[::ffff:10.0.0.7]:443', { kind: 'endpoint', address: '10.0.0.7', port: 443 }],
    ['localhost:8080', { kind: 'host', host: 'localhost', port: 8080 }],
    ['ws://localhost:8080/chat?room=1', { kind: 'host', host: 'localhost', port: 8080 }],
    ['wss://10.0.0.7/chat', { kind: 'endpoint', address: '10.0.0.7', port: 443 }],
    ['ws://[::1]/', { kind: 'endpoint', address: '::1', port: 80 }],
    ['java', { kind: 'name', name: 'java' }],
  ])('reads %s', (text, value) => {
    expect(parseTarget(text)).toEqual({ ok: true, value });
  });

  test.each([':0', '65536', ':65536', '99999999999', '10.0.0.7:0', '10.0.0.7:70000'])(
    'says which ports there are for %s',
    (text) => {
      expect(parseTarget(text)).toMatchObject({
        ok: false,
        error: expect.stringContaining('a port from 1 to 65535'),
      });
    },
  );

  test.each([
    '',
    '  ',
    ':',
    'a:b:c',
    '[::1]',
    '[::1:80',
    '[zz]:80',
    'host:',
    ':80:',
    'wss://',
    'ws://h:x/',
  ])('refuses `%s` and says what is expected', (text) => {
    expect(parseTarget(text)).toMatchObject({
      ok: false,
      error: expect.stringContaining('Expected'),
    });
  });

  test('asks for a port behind a bare address', () => {
    expect(parseTarget('::1')).toMatchObject({
      ok: false,
      error: expect.stringContaining('[::1]:8080'),
    });
    expect(parseTarget('10.0.0.7')).toMatchObject({
      ok: false,
      error: expect.stringContaining('10.0.0.7:8080'),
    });
  });

  test('refuses what looks like an address and is none, instead of looking it up', () => {
    expect(parseTarget('10.0.0.256:80')).toMatchObject({ ok: false });
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseTarget(text).ok === 'boolean'));
    fc.assert(
      fc.property(fc.ipV6(), fc.nat(70_000), (address, port) => {
        const parsed = parseTarget(`[${address}]:${port}`);
        expect(parsed.ok).toBe(port >= 1 && port <= 65_535);
      }),
    );
  });
});

describe('canonicalAddress', () => {
  test('drops a zone, which the socket table does not have', () => {
    expect(canonicalAddress('fe80::1%eth0')).toBe('fe80::1');
  });

  test('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const once = canonicalAddress(address);
        expect(canonicalAddress(once)).toBe(once);
      }),
    );
  });
});

describe('parsePid', () => {
  test.each(['0', '-1', '1.5', 'java', '', '99999999999'])('refuses %s', (text) => {
    expect(parsePid(text)).toMatchObject({ ok: false, error: expect.stringContaining('--pid') });
  });

  test('reads a process id', () => {
    expect(parsePid('4121')).toEqual({ ok: true, value: 4121 });
  });
});

import { expect, test } from 'vitest';
import { isSound, observe, unseenConnection } from '../src/index.ts';

const ping = { at: 1, source: 'library', kind: 'ping', by: 'client', seenAt: 'wire', bytes: 2 };

test('an observation with every field as it should be is sound', () => {
  expect(isSound(ping)).toBe(true);
});

test.each([
  ['no object', null],
  ['no time', { ...ping, at: Number.NaN }],
  ['a time that JSON cannot keep', { ...ping, at: Infinity }],
  ['a source of its own', { ...ping, source: 'rumour' }],
  ['a kind of its own', { ...ping, kind: 'toString' }],
  ['no role', { ...ping, by: 'local' }],
  ['a role out of the prototype', { ...ping, by: '__proto__' }],
  ['a negative size', { ...ping, bytes: -1 }],
  [
    'a tcpState that a connection cannot be in',
    { ...ping, kind: 'tcp-state', of: 'client', tcpState: 'LISTEN', owned: true },
  ],
])('%s is not, and changes nothing', (_, observation) => {
  const connection = unseenConnection('wire');
  expect(isSound(observation)).toBe(false);
  expect(observe(connection, observation as never)).toBe(connection);
});

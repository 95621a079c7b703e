import { expect, test } from 'vitest';
import { missingTexts } from '../../src/why/missing-text.ts';

test('missingTexts names what is missing, once for each reason', () => {
  const texts = missingTexts([
    { fact: 'timers', why: 'this table of ss shows none' },
    { fact: 'tcp-info', why: 'this table of ss shows none' },
    { fact: 'owners-of-other-users', why: "owners of other users' sockets: run as root" },
    { fact: 'timers', why: 'this table of ss shows none' },
  ]);
  expect(texts).toEqual([
    'timers, tcp_info: this table of ss shows none',
    "owners of other users' sockets: run as root",
  ]);
});

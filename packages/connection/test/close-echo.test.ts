import { Socket } from 'node:net';
import { closePayload, encodeFrame } from '@farewell/probe';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CloseEcho, withEchoWord, withoutEchoWord } from '../src/close-echo.ts';

const roles = ['client', 'server'] as const;
const word = (reason: string): string => withEchoWord(reason) ?? '';

test('the word is taken off again, and each is another', () => {
  for (const reason of ['', 'bye', 'naïve; echo=', 'r'.repeat(107)]) {
    expect(withoutEchoWord(word(reason))).toBe(reason);
  }
  expect(word('bye')).not.toBe(word('bye'));
});

test('a reason that leaves no room gets none', () => {
  expect(withEchoWord('r'.repeat(109))).toBeNull();
  expect(withEchoWord('ü'.repeat(55))).toBeNull();
});

for (const role of roles) {
  test(`as ${role}: the echo is recognized however it is cut, behind whatever came before`, () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 5 });
    const before = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(before, fc.string({ maxLength: 20 }), cuts, (bytes, said, at) => {
        const reason = word(said);
        const echo = watch(role, reason);
        echo.hear(bytes, replyTo(role, reason), at);
        expect(echo.hasCome).toBe(true);
      }),
    );
  });

  test(`as ${role}: another frame is none, such as a Close frame with a word of its own`, () => {
    const reason = word('bye');
    for (const other of [word('bye'), 'bye', reason.slice(1), `${reason}x`]) {
      const echo = watch(role, reason);
      echo.hear(new Uint8Array(), replyTo(role, other), []);
      expect(echo.hasCome).toBe(false);
    }
  });

  test(`as ${role}: it is none before its last byte, nor with anything behind it`, () => {
    const reason = word('');
    const echo = watch(role, reason);
    const reply = replyTo(role, reason);
    echo.hear(new Uint8Array(), reply.subarray(0, -1), []);
    expect(echo.hasCome).toBe(false);
    echo.hear(new Uint8Array(), reply.subarray(-1), []);
    expect(echo.hasCome).toBe(true);
    echo.hear(new Uint8Array(), Uint8Array.of(0x81), []);
    expect(echo.hasCome).toBe(false);
  });
}

type Role = (typeof roles)[number];

/** The peer's Close frame; a client's is masked. */
function replyTo(role: Role, reason: string): Uint8Array {
  const payload = closePayload(4000, reason);
  return encodeFrame({ opcode: 8, payload, masked: role === 'server' });
}

function watch(role: Role, reason: string): { hear: typeof hear; readonly hasCome: boolean } {
  const socket = new Socket();
  const echo = new CloseEcho(socket, role, [4000, reason]);
  function hear(before: Uint8Array, frame: Uint8Array, cuts: readonly number[]): void {
    const bytes = Buffer.concat([before, frame]);
    const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].toSorted(
      (a, b) => a - b,
    );
    let from = 0;
    for (const end of ends) {
      socket.emit('data', Buffer.from(bytes.subarray(from, end)));
      from = end;
    }
  }
  return {
    hear,
    get hasCome() {
      return echo.hasCome;
    },
  };
}

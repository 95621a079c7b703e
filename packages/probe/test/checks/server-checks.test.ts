import { describe, expect, test } from 'vitest';
import { checks } from '../../src/checks/all.ts';
import type { Limits } from '../../src/checks/check.ts';
import type { Script, Step } from '../../src/script.ts';
import { canVanish } from '../../src/socket-options.ts';
import { checkServer, generous, short } from '../support/run-check.ts';
import {
  answering,
  close,
  fin,
  frame,
  gotClose,
  gotMessage,
  httpServer,
  pause,
  refusing,
  reset,
  server,
} from '../support/scripted-peers.ts';

type Scripted = Script | ((index: number) => Script);

/** A server that does what the check asks for, and one that fails it in exactly that way. */
interface Case {
  readonly passes: Scripted;
  readonly fails: Scripted;
  /** What the failure has to say. */
  readonly seen: RegExp;
  /** `short` where the failure is that nothing comes. */
  readonly limits?: Limits;
}

const open = server([]);
const missing: Case = { passes: open, fails: open, seen: /^$/ };
const closesUnasked = (...steps: Step[]): Script => server([gotMessage, close(1000), ...steps]);
const tooOld = 'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13';
const answers = (code: number | null, reason = ''): Case => ({
  passes: answering(code, reason),
  fails: server([gotClose, fin]),
  seen: /^FIN after .* without Close$/,
});
const neverEchoed = (code: number): Case => ({
  passes: answering(1002),
  fails: answering(code),
  seen: new RegExp(`^Close ${code} after`),
});
const refused = (taken: number, code = 1002): Case => ({
  passes: refusing(code),
  fails: answering(taken),
  seen: new RegExp(`^Close ${taken} after .*taken as valid`),
});
const refusedFrame = (code = 1002): Case => ({
  passes: refusing(code),
  fails: open,
  seen: /^no Close and no FIN within .*it goes on$/,
  limits: short,
});
const ignoresWhatComesLate = (opcode: number, name: string): Case => ({
  passes: answering(1000),
  fails: server([gotClose, frame(opcode, 'late'), close(1000), fin]),
  seen: new RegExp(`^1 × ${name} came back$`),
});
const survives: Case = {
  passes: () => answering(1000),
  fails: (index) => (index === 0 ? answering(1000) : { ...open, steps: [] }),
  seen: /^the next connection did not open$/,
  limits: short,
};

const cases: Readonly<Record<string, Case>> = {
  'close-1000-with-reason-answered': answers(1000, 'bye'),
  'close-empty-answered': answers(null),
  'close-1001-answered': answers(1001),
  'close-1011-answered': answers(1011),
  'close-1012-answered': answers(1012),
  'close-1013-answered': answers(1013),
  'close-1014-answered': answers(1014),
  'close-3000-answered': answers(3000),
  'close-4999-answered': answers(4999),
  'close-reason-123-bytes-answered': answers(1000, 'r'.repeat(123)),
  'close-1005-not-echoed': neverEchoed(1005),
  'close-1006-not-echoed': neverEchoed(1006),
  'close-1015-not-echoed': neverEchoed(1015),
  'close-0-refused': refused(0),
  'close-999-refused': refused(999),
  'close-1004-refused': refused(1004),
  'close-1016-refused': refused(1016),
  'close-2999-refused': refused(2999),
  'close-5000-refused': refused(5000),
  'close-65535-refused': refused(65_535),
  'close-one-byte-refused': refused(1000),
  'close-reason-bad-utf8-refused': refused(1000, 1007),
  'close-oversize-refused': refused(1000),
  'close-twice-answered-once': {
    passes: answering(1000),
    fails: server([gotClose, close(1000), close(1000), fin]),
    seen: /^2 × Close 1000$/,
  },
  'data-after-close-ignored': ignoresWhatComesLate(0x1, 'message'),
  'ping-after-close-ignored': ignoresWhatComesLate(0xa, 'pong'),
  'fragment-after-close-ignored': ignoresWhatComesLate(0x1, 'message'),
  'close-inside-message-answered': answers(1000),
  'close-behind-large-message-answered': {
    passes: answering(1000),
    fails: server([gotMessage, frame(0x1, 'm'.repeat(60_000)), gotClose, fin]),
    seen: /^FIN after .* without Close$/,
  },
  'own-close-has-valid-code': {
    passes: closesUnasked(fin),
    fails: server([gotMessage, close(1005), fin]),
    seen: /^Close 1005$/,
  },
  'own-close-then-fin': {
    passes: closesUnasked(gotClose, fin),
    fails: closesUnasked(gotClose),
    seen: /^no FIN within /,
    limits: short,
  },
  'unanswered-close-given-up': {
    passes: closesUnasked(pause(50), fin),
    fails: closesUnasked(),
    seen: /^no end within /,
    limits: short,
  },
  'late-close-answer-accepted': {
    passes: closesUnasked(gotClose, fin),
    fails: closesUnasked(pause(20), reset),
    seen: /^RST .* after its Close$/,
  },
  'server-sends-fin-first': {
    passes: answering(1000),
    fails: server([gotClose, close(1000)]),
    seen: /^no FIN in .* after Close 1000$/,
    limits: short,
  },
  'teardown-without-reset': {
    passes: answering(1000),
    fails: server([gotClose, close(1000), pause(50), reset]),
    seen: /^RST$/,
  },
  'close-reply-survives-trailing-data': {
    passes: answering(1000),
    fails: server([gotClose, reset]),
    seen: /^RST, and no Close reply$/,
  },
  'half-close-ends-connection': {
    passes: open,
    fails: server([], { fin: 'never' }),
    seen: /^no FIN within /,
    limits: short,
  },
  'fin-with-close-answered': { passes: answering(1000), fails: open, seen: /^FIN without Close$/ },
  'absent-fin-given-up': {
    passes: server([gotClose, close(1000), fin, pause(50), reset]),
    fails: answering(1000),
    seen: /^no release of its socket within /,
    limits: short,
  },
  'reset-before-handshake-survived': survives,
  'reset-in-handshake-survived': survives,
  'reset-when-open-survived': survives,
  'reset-inside-frame-survived': survives,
  'reset-behind-close-survived': survives,
  'reset-after-handshake-survived': survives,
  'idle-connection-pinged': {
    passes: server([frame(0x9)]),
    fails: open,
    seen: /^no ping within /,
    limits: short,
  },
  'mute-peer-dropped': {
    passes: server([frame(0x9), pause(50), fin]),
    fails: server([frame(0x9)]),
    seen: /^no end \(1 ping unanswered\) within /,
    limits: short,
  },
  'vanished-peer-dropped': {
    passes: server([pause(300), reset]),
    fails: open,
    seen: /^no release of its socket within /,
    limits: short,
  },
  'stalled-reader-dropped': {
    passes: server([gotMessage, frame(0x1, 'echo?'), pause(300), reset]),
    fails: server([gotMessage, frame(0x1, 'echo?')]),
    seen: /^no end of the connection within /,
    limits: short,
  },
  'wrong-version-refused': { passes: httpServer(tooOld), fails: open, seen: /^HTTP\/1.1 101 / },
  'wrong-version-told-right-one': {
    passes: httpServer(tooOld),
    fails: httpServer('HTTP/1.1 400 Bad Request'),
    seen: /^HTTP\/1.1 400 Bad Request without Sec-WebSocket-Version$/,
  },
  'short-key-refused': {
    passes: httpServer('HTTP/1.1 400 Bad Request'),
    fails: open,
    seen: /^HTTP\/1.1 101 /,
  },
  'empty-key-refused': {
    passes: httpServer('HTTP/1.1 400 Bad Request'),
    fails: open,
    seen: /^HTTP\/1.1 101 /,
  },
  'idle-tcp-dropped': {
    passes: { name: 'ends', steps: [pause(50), fin] },
    fails: { name: 'waits', steps: [] },
    seen: /^no end within /,
    limits: short,
  },
  'dripped-handshake-dropped': {
    passes: { name: 'ends', steps: [pause(50), fin] },
    fails: { name: 'waits', steps: [] },
    seen: /^no end within /,
    limits: short,
  },
  'wrong-masking-refused': refusedFrame(),
  'reserved-bits-refused': refusedFrame(),
  'reserved-opcode-3-refused': refusedFrame(),
  'reserved-opcode-b-refused': refusedFrame(),
  'fragmented-ping-refused': refusedFrame(),
  'continuation-without-start-refused': refusedFrame(),
  'text-bad-utf8-refused': refusedFrame(1007),
  'oversized-message-refused': refusedFrame(1009),
};

const serverChecks = checks.filter(({ of }) => of.includes('server'));
/** Elsewhere than on Linux, and not as root, the host of a socket cannot be made to vanish. */
const playable = serverChecks.filter(({ needs }) => needs !== 'vanish' || canVanish());

test('every check of servers has a server that passes it and one that fails it', () => {
  expect(Object.keys(cases).sort()).toEqual(serverChecks.map(({ id }) => id).sort());
});

describe.concurrent.each(playable)('$id', (check) => {
  const { passes, fails, seen, limits } = cases[check.id] ?? missing;

  test('is passed by a server that does what it asks for', async () => {
    const { judgement } = await checkServer(check, scripts(passes), generous);
    expect(judgement).toMatchObject({ verdict: 'pass' });
  });

  test('is failed by one that does not, and says how', async () => {
    const { judgement } = await checkServer(check, scripts(fails), limits ?? generous);
    expect(judgement).toMatchObject({ verdict: 'fail', seen: expect.stringMatching(seen) });
  });
});

function scripts(scripted: Scripted): (index: number) => Script {
  return typeof scripted === 'function' ? scripted : () => scripted;
}

describe('what cannot be told is not guessed', () => {
  test('a FIN before the answer to its Close is not taken for one behind it', async () => {
    const check = serverChecks.find(({ id }) => id === 'own-close-then-fin');
    if (check === undefined) throw new Error('no check');
    const { judgement } = await checkServer(check, () => closesUnasked(fin), generous);
    expect(judgement).toMatchObject({
      verdict: 'cannot-tell',
      seen: expect.stringMatching(
        /^FIN .* before it was answered: see late-close-answer-accepted$/,
      ),
    });
  });

  test('an end behind a large message may be because of its size', async () => {
    const check = serverChecks.find(({ id }) => id === 'close-behind-large-message-answered');
    if (check === undefined) throw new Error('no check');
    const { judgement } = await checkServer(check, () => server([gotMessage, fin]), generous);
    expect(judgement).toMatchObject({
      verdict: 'cannot-tell',
      seen: expect.stringMatching(/perhaps because of the size of the message$/),
    });
  });

  const waits = serverChecks.find(({ id }) => id === 'idle-connection-pinged') ?? serverChecks[0];

  test('a wait that patience ended before its bound says which patience decides', async () => {
    if (waits === undefined) throw new Error('no check');
    const { judgement } = await checkServer(waits, () => open, { answer: 300, patience: 300 });
    expect(judgement).toMatchObject({
      verdict: 'cannot-tell',
      seen: expect.stringMatching(/^no ping within .*--patience 125s decides$/),
    });
  });

  test('a server that refuses the opening handshake is told as such', async () => {
    if (waits === undefined) throw new Error('no check');
    const { judgement } = await checkServer(
      waits,
      () => httpServer('HTTP/1.1 404 Not Found'),
      short,
    );
    expect(judgement).toMatchObject({
      verdict: 'cannot-tell',
      seen: 'the opening handshake gave: HTTP/1.1 404 Not Found',
    });
  });
});

test('what was sent is in the transcript, in words', async () => {
  const check = serverChecks.find(({ id }) => id === 'close-1000-with-reason-answered');
  if (check === undefined) throw new Error('no check');
  const { transcript } = await checkServer(check, () => answering(1000, 'bye'), generous);
  const said = transcript?.entries.map(({ by, what }) => `${by} ${what}`);
  expect(said).toContain('us Close 1000 "bye"');
});

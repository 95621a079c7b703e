import { describe, expect, test } from 'vitest';
import { checks } from '../../src/checks/all.ts';
import type { Script, Step } from '../../src/script.ts';
import { canVanish } from '../../src/socket-options.ts';
import { type Case, sharedCases } from '../support/cases.ts';
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
  reset,
  server,
} from '../support/scripted-peers.ts';

type Scripted = Script | ((index: number) => Script);

const open = server([]);
const missing: Case = { passes: open, fails: open, seen: /^$/ };
const closesUnasked = (...steps: Step[]): Script => server([gotMessage, close(1000), ...steps]);
const tooOld = 'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13';
const survives: Case<Scripted> = {
  passes: () => answering(1000),
  fails: (index) => (index === 0 ? answering(1000) : { ...open, steps: [] }),
  seen: /^the next connection did not open$/,
  limits: short,
};

const cases: Readonly<Record<string, Case<Scripted>>> = {
  ...sharedCases('server'),
  'own-close-then-fin': {
    passes: closesUnasked(gotClose, fin),
    fails: closesUnasked(gotClose),
    seen: /^no FIN within /,
    limits: short,
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

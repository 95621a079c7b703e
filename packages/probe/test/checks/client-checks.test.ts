import { describe, expect, test } from 'vitest';
import { checks } from '../../src/checks/all.ts';
import { reconnectChecks } from '../../src/checks/reconnect.ts';
import type { Script, Step } from '../../src/script.ts';
import { canVanish } from '../../src/socket-options.ts';
import { type Case, sharedCases } from '../support/cases.ts';
import { checkClient, generous, short } from '../support/run-check.ts';
import {
  client,
  close,
  fin,
  frame,
  gotClose,
  gotMessage,
  pause,
} from '../support/scripted-peers.ts';

const open = client([]);
const polite = client([], { close: 'at-once' });
const gotFin: Step = { do: 'wait', for: 'fin' };
const closesWhenAsked = (...steps: Step[]): Script => client([gotMessage, close(1000), ...steps]);

const missing: Case = { passes: open, fails: open, seen: /^$/ };

const cases: Readonly<Record<string, Case>> = {
  ...sharedCases('client'),
  'client-leaves-fin-to-server': {
    passes: polite,
    fails: client([gotClose, close(1000), fin]),
    seen: /^FIN .* after both Close frames$/,
  },
  'own-close-leaves-fin-to-server': {
    passes: closesWhenAsked(gotFin),
    fails: closesWhenAsked(gotClose, fin),
    seen: /^FIN .* after both Close frames$/,
  },
  'absent-server-fin-given-up': {
    passes: client([gotClose, close(1000), pause(50), fin]),
    fails: polite,
    seen: /^no FIN within /,
    limits: short,
  },
  'server-half-close-ends-client': {
    passes: open,
    fails: client([], { fin: 'never' }),
    seen: /^no FIN within /,
    limits: short,
  },
  'unanswered-opening-given-up': {
    passes: { name: 'gives up', steps: [{ do: 'open' }, pause(50), fin] },
    fails: open,
    seen: /^no end within /,
    limits: short,
  },
  'wrong-accept-refused': {
    passes: { name: 'refuses', steps: [{ do: 'open' }, { do: 'wait', for: 'handshake' }, fin] },
    fails: open,
    seen: /^still open .* after the wrong answer$/,
    limits: short,
  },
};

const clientChecks = checks.filter(({ of }) => of.includes('client'));
/** Elsewhere than on Linux, and not as root, the host of a socket cannot be made to vanish. */
const playable = clientChecks.filter(({ needs }) => needs !== 'vanish' || canVanish());

test('every check of clients has a client that passes it and one that fails it', () => {
  expect(Object.keys(cases).sort()).toEqual(clientChecks.map(({ id }) => id).sort());
});

describe.concurrent.each(playable)('$id', (check) => {
  const { passes, fails, seen, limits } = cases[check.id] ?? missing;

  test('is passed by a client that does what it asks for', async () => {
    const { judgement } = await checkClient(check, [{ script: passes }], generous);
    expect(judgement).toMatchObject({ verdict: 'pass' });
  });

  test('is failed by one that does not, and says how', async () => {
    const { judgement } = await checkClient(check, [{ script: fails }], limits ?? generous);
    expect(judgement).toMatchObject({ verdict: 'fail', seen: expect.stringMatching(seen) });
  });
});

const at = (...delays: number[]) => [0, ...delays].map((after) => ({ script: polite, after }));

test('a client that gives the FIN of the server up after a while has waited for it', async () => {
  const check = checks.find(({ id }) => id === 'client-leaves-fin-to-server') ?? missingCheck();
  const gaveUp = client([gotClose, close(1000), pause(1_000), fin]);
  const { judgement } = await checkClient(check, [{ script: gaveUp }], generous);
  expect(judgement).toMatchObject({ verdict: 'pass', seen: expect.stringMatching(/: it waited$/) });
});

describe('a message behind which the Close is answered', () => {
  const check = checks.find(({ id }) => id === 'close-behind-large-message-answered');
  const seenOf = async (message: string) => {
    const script = client([gotMessage, frame(0x1, message), gotClose, close(1000)]);
    const { judgement } = await checkClient(check ?? missingCheck(), [{ script }], generous);
    return judgement.seen;
  };

  test('is called its echo if it is what was sent', async () => {
    expect(await seenOf('m'.repeat(60_000))).toMatch(/, behind its echo of the message$/);
  });

  test('is not called so if it is another', async () => {
    expect(await seenOf('welcome')).toMatch(/^Close 1000 after \d+ ms$/);
  });
});

function missingCheck(): never {
  throw new Error('no such check');
}

describe('how a client comes back', () => {
  const series: Readonly<Record<string, { passes: number[]; fails: number[]; seen: RegExp }>> = {
    'reconnect-backs-off': {
      passes: [150, 300, 600, 1_200],
      fails: [900, 300, 200, 0],
      seen: /no later than at first$/,
    },
    'retry-after-of-503-obeyed': { passes: [2_100], fails: [100], seen: /asked to wait 2 s$/ },
    'retry-after-of-close-obeyed': { passes: [2_100], fails: [100], seen: /asked to wait 2 s$/ },
  };

  test.concurrent.each(Object.entries(series))('%s', async (id, { passes, fails, seen }) => {
    const check = reconnectChecks.find((each) => each.id === id);
    if (check === undefined) throw new Error(`no check ${id}`);
    const patient = { ...generous, answer: 500 };
    const good = await checkClient(check, at(...passes), patient);
    expect(good.judgement).toMatchObject({ verdict: 'pass' });
    const bad = await checkClient(check, at(...fails), patient);
    expect(bad.judgement).toMatchObject({ verdict: 'fail', seen: expect.stringMatching(seen) });
  });

  test('one immediate return and then no more is no hammering, and no backing off', async () => {
    const check = reconnectChecks.find(({ id }) => id === 'reconnect-backs-off') ?? missingCheck();
    const { judgement } = await checkClient(check, at(0), { ...generous, patience: 500 });
    expect(judgement).toMatchObject({
      verdict: 'cannot-tell',
      seen: expect.stringMatching(/^came back after .*, and then no more$/),
    });
  });

  /** Whether to come back is a client's own affair: no way of not doing so is a failure. */
  const neverFailed = ['reconnects-after-going-away'];

  test('every check of a return is among them', () => {
    const tested = [...Object.keys(series), ...neverFailed].sort();
    expect(tested).toEqual(reconnectChecks.map(({ id }) => id).sort());
  });

  test('a client that comes back after going away passes; one that does not is not judged', async () => {
    const [check] = reconnectChecks;
    if (check === undefined) throw new Error('no check');
    const back = await checkClient(check, at(0), { ...generous, answer: 500 });
    expect(back.judgement.verdict).toBe('pass');
    const away = await checkClient(check, at(), short);
    expect(away.judgement).toMatchObject({
      verdict: 'not-applicable',
      seen: 'it did not come back by itself',
    });
  });
});

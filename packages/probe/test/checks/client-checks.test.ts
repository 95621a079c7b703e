import { describe, expect, test } from 'vitest';
import { checks } from '../../src/checks/all.ts';
import type { Limits } from '../../src/checks/check.ts';
import { reconnectChecks } from '../../src/checks/reconnect.ts';
import type { Script, Step } from '../../src/script.ts';
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

/** A client that does what the check asks for, and one that fails it in exactly that way. */
interface Case {
  readonly passes: Script;
  readonly fails: Script;
  readonly seen: RegExp;
  /** `short` where the failure is that nothing comes. */
  readonly limits?: Limits;
}

const open = client([]);
const polite = client([], { close: 'at-once' });
const gotFin: Step = { do: 'wait', for: 'fin' };
const closesWhenAsked = (...steps: Step[]): Script => client([gotMessage, close(1000), ...steps]);

/** Those that only clients have, and of those for both sides one of each kind. */
const cases: Readonly<Record<string, Case>> = {
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
  'close-1000-with-reason-answered': {
    passes: polite,
    fails: client([gotClose, fin]),
    seen: /^FIN after .* without Close$/,
  },
  'close-1005-not-echoed': {
    passes: client([gotClose, close(1002)]),
    fails: client([gotClose, close(1005)]),
    seen: /^Close 1005 after/,
  },
  'wrong-masking-refused': {
    passes: client([pause(30), close(1002)]),
    fails: open,
    seen: /^no Close and no FIN within .*it goes on$/,
    limits: short,
  },
  'data-after-close-ignored': {
    passes: polite,
    fails: client([gotClose, frame(0x1, 'late'), close(1000)]),
    seen: /^1 × message came back$/,
  },
  'unanswered-close-given-up': {
    passes: closesWhenAsked(pause(50), fin),
    fails: closesWhenAsked(),
    seen: /^no end within /,
    limits: short,
  },
  'mute-peer-dropped': {
    passes: client([frame(0x9), pause(50), fin]),
    fails: client([frame(0x9)]),
    seen: /^no end \(1 pings unanswered\) within /,
    limits: short,
  },
};

test('every check that only clients have is among the cases', () => {
  const onlyClients = checks.filter(({ of }) => !of.includes('server')).map(({ id }) => id);
  expect(Object.keys(cases)).toEqual(expect.arrayContaining(onlyClients));
});

describe.concurrent.each(Object.entries(cases))('%s', (id, { passes, fails, seen, limits }) => {
  const check = checks.find((each) => each.id === id);

  test('is passed by a client that does what it asks for', async () => {
    if (check === undefined) throw new Error(`no check ${id}`);
    const { judgement } = await checkClient(check, [{ script: passes }], generous);
    expect(judgement).toMatchObject({ verdict: 'pass' });
  });

  test('is failed by one that does not, and says how', async () => {
    if (check === undefined) throw new Error(`no check ${id}`);
    const { judgement } = await checkClient(check, [{ script: fails }], limits ?? generous);
    expect(judgement).toMatchObject({ verdict: 'fail', seen: expect.stringMatching(seen) });
  });
});

const at = (...delays: number[]) => [0, ...delays].map((after) => ({ script: polite, after }));

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

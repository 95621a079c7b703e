import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { installKit } from './stacks/kits.ts';
import { type Check, probeStack } from './stacks/probe.ts';
import { clients, type Stack, servers } from './stacks/stacks.ts';
import { describeWith } from './support/requires.ts';

const chosen = {
  server: ['ours', 'ws', 'python-websockets', 'ktor-cio'],
  client: ['chromium', 'okhttp'],
} as const;

/**
 * What a stack does now so, now so: OkHttp answers a Close that stands inside a message, and at the same time gives
 * the connection up because the message has no end.
 */
const races: Readonly<Record<string, readonly string[]>> = {
  okhttp: ['close-inside-message-answered'],
};

type Categories = Readonly<Record<string, Check['verdict']>>;

const minutes = 60_000;

describeWith(
  ['linux', 'java', 'mvn', 'python', 'chromium'],
  'stacks end their connections as docs/stacks.json says',
  () => {
    beforeAll(() => {
      for (const kit of ['node', 'python', 'ktor', 'jvm'] as const)
        installKit(kit, [
          ...new Set(
            [...servers, ...clients].filter((each) => each.kit === kit).map(({ name }) => name),
          ),
        ]);
    }, 15 * minutes);

    test.concurrent.each(chosen.server)(
      'the server %s',
      async (name) => {
        const checks = await probeStack('server', find(servers, name));
        expect(changes(checks, committed('servers', name))).toEqual([]);
      },
      5 * minutes,
    );

    test.concurrent.each(chosen.client)(
      'the client %s',
      async (name) => {
        const checks = await probeStack('client', find(clients, name));
        const settled = checks.filter(({ id }) => !races[name]?.includes(id));
        expect(changes(settled, committed('clients', name))).toEqual([]);
      },
      5 * minutes,
    );
  },
);

/** What came out otherwise than it is committed. A machine too busy to tell is no change. */
function changes(checks: readonly Check[], before: Categories): readonly string[] {
  return checks
    .filter(({ id, verdict }) => verdict !== 'cannot-tell' && before[id] !== verdict)
    .filter(({ id }) => before[id] !== 'cannot-tell')
    .map(
      ({ id, verdict, seen }) =>
        `${id}: ${before[id] ?? 'not committed'} before, now ${verdict}: ${seen}`,
    );
}

function committed(role: 'servers' | 'clients', name: string): Categories {
  const file = fileURLToPath(new URL('../docs/stacks.json', import.meta.url));
  const stacks = JSON.parse(readFileSync(file, 'utf8')) as Record<
    typeof role,
    ReadonlyArray<{ readonly name: string; readonly checks: readonly Check[] }>
  >;
  const found = stacks[role].find((each) => each.name === name);
  if (!found) throw new Error(`docs/stacks.json has no ${role} ${name}: npm run stacks ${name}`);
  return Object.fromEntries(found.checks.map(({ id, verdict }) => [id, verdict]));
}

function find(stacks: readonly Stack[], name: string): Stack {
  const found = stacks.find((each) => each.name === name);
  if (!found) throw new Error(`test/stacks/stacks.ts has no ${name}`);
  return found;
}

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { verdictIds } from '@farewell/diagnosis';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { farewell, finished, start } from '../support/farewell.ts';
import { closeWaitLeak } from '../support/leak.ts';

const path = new URL('../../../../docs/reference/why.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(path, 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  schema,
);

function expectValid(text: string): void {
  validate(JSON.parse(text));
  expect(validate.errors ?? []).toEqual([]);
}

describe('docs/reference/why.schema.json', () => {
  test('knows every verdict', () => {
    expect(schema.$defs.verdict.properties.id.enum).toEqual(verdictIds);
  });

  test('is described field by field in why-json.md', () => {
    const page = readFileSync(new URL('why-json.md', path), 'utf8');
    const defined = [
      schema,
      schema.properties.tcpStates,
      ...Object.values(schema.$defs),
    ] as ReadonlyArray<{
      properties?: object;
    }>;
    const fields = defined.flatMap(({ properties }) => Object.keys(properties ?? {}));
    expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
  });

  test('refuses what is not an answer', () => {
    expect(validate({ schema: 'farewell.why/1' })).toBe(false);
  });
});

describeWith(['linux'], 'farewell why --json agrees with its schema', () => {
  test('for a leak that is watched, by port, process and everything', async () => {
    await using leak = await closeWaitLeak(3);
    for (const target of [[`:${leak.port}`], ['--pid', String(process.pid)], []]) {
      const { stdout } = await farewell(['why', ...target, '--for', '1100ms', '--json']);
      expectValid(stdout);
      expect(JSON.parse(stdout).verdicts.length).toBeGreaterThan(0);
    }
  });

  test('for one snapshot of an address, without koffi, and where nothing matches', async () => {
    await using leak = await closeWaitLeak(1);
    const runs = [
      farewell(['why', `127.0.0.1:${leak.port}`, '--for', '0', '--json']),
      farewell(['why', '--for', '0', '--json'], { env: { FAREWELL_NO_KOFFI: '1' } }),
      farewell(['why', ':1', '--for', '0', '--json']),
    ];
    for (const { stdout } of await Promise.all(runs)) expectValid(stdout);
  });

  test('for each line of a watch', async () => {
    const child = start(['why', '--watch', '--for', '20ms', '--json']);
    const end = finished(child);
    await once(child.stdout ?? process, 'data');
    child.kill('SIGINT');
    for (const line of (await end).stdout.trimEnd().split('\n')) expectValid(line);
  });

  test('for tables taken elsewhere', async () => {
    await using leak = await closeWaitLeak(2);
    const input = readFileSync('/proc/net/tcp', 'utf8') + readFileSync('/proc/net/tcp6', 'utf8');
    for (const text of [input, input.slice(0, -70)]) {
      const { stdout } = await farewell(['why', `:${leak.port}`, '--from', '-', '--json'], {
        input: text,
      });
      expectValid(stdout);
    }
  });
});

describeWith(['linux', 'ss'], 'why --from gives the verdicts of the live table', () => {
  test('for the text of ss and of /proc/net/tcp', async () => {
    await using leak = await closeWaitLeak(4);
    const live = await verdicts(['why', `:${leak.port}`, '--for', '1100ms', '--json'], '');
    // A busy machine has more sockets than execFileSync keeps bytes by default.
    const taken = execFileSync('ss', ['-tanoiep'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const proc = readFileSync('/proc/net/tcp', 'utf8') + readFileSync('/proc/net/tcp6', 'utf8');
    const from = ['why', `:${leak.port}`, '--from', '-', '--json'];
    expect(live).toContain('problem close-wait-leak 4');
    expect(await verdicts(from, taken)).toEqual(live);
    expect((await verdicts(from, proc)).map((one) => one.replace(/^\w+ /, ''))).toContain(
      'close-wait-leak 4',
    );
  });
});

async function verdicts(args: readonly string[], input: string): Promise<string[]> {
  const { stdout } = await farewell(args, { input });
  const found: Array<{ severity: string; id: string; count: number }> = JSON.parse(stdout).verdicts;
  // A verdict on counters alone is about no socket, and another test may have moved them meanwhile.
  return found
    .filter(({ count }) => count > 0)
    .map(({ severity, id, count }) => `${severity} ${id} ${count}`);
}

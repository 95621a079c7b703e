import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { listScenarios } from '@farewell/lab';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { descendantsOf, isAlive } from '../../../../test/support/processes.ts';
import { describeWith } from '../../../../test/support/requires.ts';
import { type LabJson, labJson } from '../../src/lab/render-json.ts';
import { runLab } from '../../src/lab/run.ts';
import { asNobody, farewell, finished, start } from '../support/farewell.ts';
import { memoryIo } from '../support/memory-io.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../../docs/reference/lab.schema.json', import.meta.url), 'utf8'),
) as object;
const all = listScenarios();
const names = all.map(({ name }) => name);
const fast = all.filter(({ pace }) => pace === 'fast').map(({ name }) => name);

describe('farewell lab, without running anything', () => {
  it('--list names every scenario and what it is about', async () => {
    const { stdout, status } = await farewell(['lab', '--list']);
    expect(status).toBe(0);
    for (const name of names) expect(stdout).toContain(`${name}\n    `);
  });

  it('--list --json gives the same for programs', async () => {
    const { stdout } = await farewell(['lab', '--list', '--json', 'close-wait-leak']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'farewell.lab-list/1',
      scenarios: [{ name: 'close-wait-leak', needs: [] }],
    });
  });

  it('an unknown scenario is wrong usage, and the near one is named', async () => {
    const { stdout, stderr, status } = await farewell(['lab', 'close-wait-lek']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain('did you mean close-wait-leak?');
  });

  it.each(['darwin', 'win32'] as const)(
    'on %s it says that its cases are made on Linux',
    async (platform) => {
      const io = memoryIo({ platform });
      const request = { does: 'run', names, json: false, color: true } as const;
      expect(await runLab(request, io)).toBe(3);
      expect(io.stderr.text).toContain('Linux');
    },
  );

  it('skipped and failed scenarios are in the JSON with their reasons', () => {
    const json = labJson([
      { kind: 'skipped', skipped: { name: 'one', needs: 'namespace', reason: 'forbidden' } },
      { kind: 'failed', name: 'two', message: 'the stage ended with SIGKILL' },
    ]);
    expectValid(json);
    expect(json).toMatchObject({
      scenarios: [],
      skipped: [{ name: 'one', reason: 'forbidden' }],
      failed: [{ name: 'two', reason: 'the stage ended with SIGKILL' }],
    });
  });
});

describeWith(['linux', 'namespaces'], 'farewell lab', () => {
  it('shows diagram, verdict and states of each scenario, and a summary', async () => {
    const { stdout, status } = await farewell([
      'lab',
      'client-closes-first',
      'server-closes-first',
    ]);
    expect(stdout).toMatch(/─ FIN ─+▶/);
    expect(stdout).toMatch(/✓ client-closes-first +TIME-WAIT +CLOSED +server TIME-WAIT +time-wait/);
    expect(stdout).toMatch(/✓ server-closes-first +CLOSED +TIME-WAIT +- +time-wait-on-server/);
    expect(stdout).toContain('with farewell at both ends: client TIME-WAIT → no socket, server');
    expect(stdout).toContain('2 of 2 scenarios agree with the kernel');
    expect(status).toBe(0);
  });

  it('gives JSON that its schema describes', async () => {
    const { stdout, status } = await farewell(['lab', '--json', 'close-wait-leak']);
    const json = JSON.parse(stdout) as LabJson;
    expectValid(json);
    expect(json.scenarios).toMatchObject([
      { name: 'close-wait-leak', agrees: true, client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' },
    ]);
    expect(status).toBe(0);
  });

  it('--keep leaves a scenario there for `farewell why` until Enter', async () => {
    const child = start(['lab', '--keep', 'close-wait-leak']);
    const end = finished(child);
    const [, pid = ''] = await output(
      child,
      'stderr',
      /farewell why --pid (\d+) +\(chat-server\)[^]*Press Enter/,
    );
    const processes = descendantsOf(child.pid ?? 0);
    const why = await farewell(['why', '--pid', pid, '--for', '0', '--json']);
    expect(JSON.parse(why.stdout)).toMatchObject({ tcpStates: { 'CLOSE-WAIT': { count: 3 } } });
    child.stdin?.write('\n');
    expect((await end).status).toBe(0);
    expect(processes.length).toBeGreaterThanOrEqual(3);
    expect(processes.filter(isAlive)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends it and all its processes', async (signal) => {
    const child = start(['lab']);
    const end = finished(child);
    await output(child, 'stdout', /scenarios/);
    // A stage, and at least one of its peers, for each of those that run side by side.
    await until(() => descendantsOf(child.pid ?? 0).length > 4);
    const processes = descendantsOf(child.pid ?? 0);
    child.kill(signal);
    expect((await end).status).toBe(signal === 'SIGINT' ? 130 : 143);
    await until(() => !processes.some(isAlive));
  });

  it('its processes end by themselves when it is killed', async () => {
    const child = start(['lab', '--keep', 'fin-wait-2-held']);
    await output(child, 'stderr', /Press Enter/);
    const processes = descendantsOf(child.pid ?? 0);
    expect(processes.length).toBeGreaterThanOrEqual(3);
    child.kill('SIGKILL');
    await until(() => !processes.some(isAlive));
  });

  it('ends when nobody reads its output any more', async () => {
    const child = start(['lab']);
    await output(child, 'stdout', /scenarios/);
    const processes = descendantsOf(child.pid ?? 0);
    child.stdout?.destroy();
    await once(child, 'exit');
    await until(() => !processes.some(isAlive));
  });

  it('skips by name what needs a namespace where the kernel gives none', async () => {
    const forbid = 'echo 0 > /proc/sys/user/max_net_namespaces; exec "$@"';
    const wrapper = ['unshare', '--user', '--map-root-user', '--net', 'sh', '-c', forbid, 'sh'];
    const { stdout, status } = await farewell(['lab', 'ports-exhausted'], { wrapper });
    expect(stdout).toMatch(/ports-exhausted\n +skipped: .*unshare/s);
    expect(status).toBe(3);
  });
});

describeWith(['linux'], 'farewell lab without koffi', () => {
  it('makes on loopback what needs no namespace, and reads /proc/net/tcp', async () => {
    const env = { FAREWELL_NO_KOFFI: '1' };
    const args = ['lab', '--json', 'close-wait-leak', 'both-close-at-once', 'ports-exhausted'];
    const { stdout, status } = await farewell(args, { env });
    const json = JSON.parse(stdout) as LabJson;
    expectValid(json);
    expect(json).toMatchObject({
      scenarios: [{ agrees: true, kernel: { isolated: false, source: 'proc-net-tcp' } }],
      skipped: [
        {
          name: 'both-close-at-once',
          reason: expect.stringContaining('FAREWELL_NO_KOFFI=1 is set'),
        },
        // Without `unshare` there would be no namespace either.
        { name: 'ports-exhausted', reason: expect.stringMatching(/FAREWELL_NO_KOFFI=1|unshare/) },
      ],
    });
    expect(status).toBe(0);
  });
});

describeWith(['linux', 'namespaces', 'setpriv'], 'farewell lab as an ordinary user', () => {
  it('makes every scenario that is not slow, and each agrees', async () => {
    const { stdout, status } = await farewell(['lab', '--json'], { wrapper: asNobody });
    const { scenarios, skipped, failed } = JSON.parse(stdout) as LabJson;
    expect(scenarios.flatMap(({ disagreements }) => disagreements)).toEqual([]);
    expect(scenarios.map(({ name }) => name)).toEqual(fast);
    expect({ skipped, failed, status }).toEqual({ skipped: [], failed: [], status: 0 });
  });
});

function expectValid(json: LabJson): void {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  expect(ajv.validate(schema, json), ajv.errorsText()).toBe(true);
}

/** Resolves with the match as soon as what was written to this stream contains it. */
async function output(
  child: ChildProcess,
  name: 'stdout' | 'stderr',
  wanted: RegExp,
): Promise<RegExpExecArray> {
  const stream = child[name];
  let text = '';
  for (;;) {
    const match = wanted.exec(text);
    if (match !== null) return match;
    if (stream === null) throw new Error('Expected a stream');
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    text += chunk.toString();
  }
}

/** Polls until it holds; the test's own limit ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

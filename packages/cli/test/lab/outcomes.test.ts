import type { Played, ScenarioResult } from '@farewell/lab';
import { describe, expect, it } from 'vitest';
import { nameOf, type Outcome, statusOf } from '../../src/lab/outcomes.ts';
import { scenarioLines } from '../../src/lab/render-scenario.ts';
import { summaryLines } from '../../src/lab/render-summary.ts';
import { painter } from '../../src/terminal/colour.ts';

const skipped: Outcome = {
  kind: 'skipped',
  skipped: { name: 'ports-reused', needs: 'namespace', reason: 'forbidden' },
};
const failed: Outcome = { kind: 'failed', name: 'close-wait-leak', message: 'SIGKILL' };

function ran(name: string, agrees: boolean, managed: ScenarioResult['managed'] = nothing): Outcome {
  const result: ScenarioResult = {
    name,
    title: 'A title',
    about: 'A sentence.',
    ...played(agrees),
    expected: { client: 'TIME-WAIT', server: 'CLOSED', verdicts: [] },
    managed,
  };
  return { kind: 'ran', result };
}

const nothing = { none: 'Nothing is wrong here.' };

function played(agrees: boolean, states: Partial<Played['kernel']> = {}): Played {
  return {
    given: {
      client: { name: 'chat-client', is: 'a client', pid: 2 },
      middlebox: null,
      server: { name: 'chat-server', is: 'a server', pid: 3 },
    },
    agrees,
    disagreements: agrees ? [] : ['expected the client to be TIME-WAIT, got CLOSED'],
    client: agrees ? 'TIME-WAIT' : 'CLOSED',
    server: 'CLOSED',
    verdicts: [],
    untraced: [],
    trace: null,
    kernel: {
      release: '6.18.0',
      source: 'sock-diag',
      isolated: true,
      trace: { read: true },
      serverPort: 8080,
      frontPort: 8080,
      connections: 1,
      portPairs: 1,
      client: {},
      server: {},
      ...states,
    },
    events: [],
    duration: 1200,
  };
}

const gone = { at: 'server', ...played(true) } as const;
const stuck = {
  at: 'server',
  ...played(false, { server: { 'CLOSE-WAIT': 1 } }),
  disagreements: ['with farewell expected the server to be CLOSED, got 1 CLOSE-WAIT'],
} as const;

describe('the exit status of a run', () => {
  it('is 0 if all that ran agree, also where others were skipped', () => {
    expect(statusOf([ran('one', true), skipped])).toBe(0);
  });

  it('is 1 if one disagrees, or if its processes failed', () => {
    expect(statusOf([ran('one', true), ran('two', false)])).toBe(1);
    expect(statusOf([ran('one', true), failed])).toBe(1);
    expect(statusOf([failed])).toBe(1);
  });

  it('is 1 if something is left with farewell', () => {
    expect(statusOf([ran('one', true, gone)])).toBe(0);
    expect(statusOf([ran('one', true, stuck)])).toBe(1);
  });

  it('is 3 if nothing could run', () => {
    expect(statusOf([skipped])).toBe(3);
  });
});

describe('the summary of a run', () => {
  const all = [ran('one', true), ran('two', false), skipped, failed];
  const text = summaryLines(all, 5000, { width: 80, paint: painter(false) }).join('\n');

  it('has a line for each scenario', () => {
    for (const outcome of all) expect(text).toContain(` ${nameOf(outcome)} `);
    expect(text).toMatch(/✓ one +TIME-WAIT +CLOSED/);
    expect(text).toMatch(/✗ two +CLOSED +CLOSED/);
  });

  it('has what is left with farewell beside it', () => {
    const beside = [ran('one', true, gone), ran('two', true, stuck)];
    const lines = summaryLines(beside, 5000, { width: 80, paint: painter(false) }).join('\n');
    expect(lines).toMatch(/✓ one +TIME-WAIT +CLOSED +no socket/);
    expect(lines).toMatch(/✗ two +TIME-WAIT +CLOSED +server CLOSE-WAIT/);
  });

  it('counts those that ran, and names what was skipped and what failed', () => {
    expect(text).toContain('1 of 2 scenarios agrees with the kernel, 1 skipped, 1 failed, 5 s');
  });
});

function linesOf(managed: ScenarioResult['managed']): string {
  const style = { width: 120, paint: painter(false) };
  return scenarioLines(ran('one', true, managed), style).join('\n');
}

describe('a scenario and the same with farewell', () => {
  it('says which end uses it and what is left', () => {
    expect(linesOf(gone)).toContain('with farewell at the server: client no socket → no socket');
    expect(linesOf(gone)).toContain('healthy: neither a problem nor a risk');
  });

  it('says what is left that should not be', () => {
    expect(linesOf(stuck)).toContain('server no socket → CLOSE-WAIT');
    expect(linesOf(stuck)).toContain('got 1 CLOSE-WAIT');
    expect(linesOf(stuck)).not.toContain('healthy');
  });

  it('says why there is none', () => {
    expect(linesOf(nothing)).toContain('with farewell: Nothing is wrong here.');
  });
});

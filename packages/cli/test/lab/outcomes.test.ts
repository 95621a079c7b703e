import type { ScenarioResult } from '@farewell/lab';
import { describe, expect, it } from 'vitest';
import { nameOf, type Outcome, statusOf } from '../../src/lab/outcomes.ts';
import { summaryLines } from '../../src/lab/render-summary.ts';
import { painter } from '../../src/terminal/colour.ts';

const skipped: Outcome = {
  kind: 'skipped',
  skipped: { name: 'ports-reused', needs: 'namespace', reason: 'forbidden' },
};
const failed: Outcome = { kind: 'failed', name: 'close-wait-leak', message: 'SIGKILL' };

function ran(name: string, agrees: boolean): Outcome {
  const result: ScenarioResult = {
    name,
    title: 'A title',
    about: 'A sentence.',
    given: {
      client: { name: 'chat-client', is: 'a client', pid: 2 },
      middlebox: null,
      server: { name: 'chat-server', is: 'a server', pid: 3 },
    },
    agrees,
    disagreements: agrees ? [] : ['expected the client to be TIME-WAIT, got CLOSED'],
    expected: { client: 'TIME-WAIT', server: 'CLOSED', verdicts: [] },
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
    },
    events: [],
    duration: 1200,
  };
  return { kind: 'ran', result };
}

describe('the exit status of a run', () => {
  it('is 0 if all that ran agree, also where others were skipped', () => {
    expect(statusOf([ran('one', true), skipped])).toBe(0);
  });

  it('is 1 if one disagrees, or if its processes failed', () => {
    expect(statusOf([ran('one', true), ran('two', false)])).toBe(1);
    expect(statusOf([ran('one', true), failed])).toBe(1);
    expect(statusOf([failed])).toBe(1);
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

  it('counts those that ran, and names what was skipped and what failed', () => {
    expect(text).toContain('1 of 2 scenarios agrees with the kernel, 1 skipped, 1 failed, 5 s');
  });
});

import { expect, test } from 'vitest';
import { rows } from '../support/rows.ts';
import { durations, group, outgoingGroup, trace, tracedVerdict } from '../support/traces.ts';

const id = 'reconnect-storm';
const endings = group().endings;

/** Connections that were opened and ended while watched, each after `life` ms. */
function brief(count: number, life = 3) {
  return { opened: count, ended: count, endedOver: 2800, lifetimes: [durations(life, count)] };
}

test('attempts that are refused again and again are a problem, of the process that makes them', () => {
  const refused = outgoingGroup({
    ended: 300,
    endedOver: 2900,
    endings: { ...endings, 'never-opened': 300 },
  });
  const found = tracedVerdict(id, trace([refused]));
  expect(found).toMatchObject({ severity: 'problem', confidence: 'likely', count: 300 });
  expect(found).toMatchObject({ process: { pid: 77, name: 'bot' }, destination: '10.0.0.9:443' });
  expect(found?.evidence[0]).toMatchObject({ value: 100, unit: 'attempts/s' });
});

test('connections that are reset at once as well', () => {
  const resets = [{ direction: 'sent', reason: 'TCP_STATE', count: 300 }] as const;
  expect(tracedVerdict(id, trace([group({ ...brief(300), resets })]))?.severity).toBe('problem');
});

test('requests without keep-alive look the same, so that orderly closes are only possible', () => {
  const found = tracedVerdict(id, trace([group(brief(300))]));
  expect(found).toMatchObject({ severity: 'risk', confidence: 'possible' });
  expect(found?.summary).toContain('requests without keep-alive look the same');
});

test('a health check every 300 ms is no storm', () => {
  expect(tracedVerdict(id, trace([group(brief(10))]))).toBeUndefined();
});

test('a wave after a deploy is no storm, whether it stays or has passed', () => {
  const wave = group({ opened: 1000, ended: 0 });
  expect(tracedVerdict(id, trace([wave]), { rows: rows(1000) })).toBeUndefined();
  const passed = group({ ...brief(1000), endedOver: 200 });
  expect(tracedVerdict(id, trace([passed]))).toBeUndefined();
});

test('comings and goings among many live connections are no storm', () => {
  expect(tracedVerdict(id, trace([group(brief(50))]), { rows: rows(500) })).toBeUndefined();
});

test('connections that live for seconds are no storm', () => {
  expect(tracedVerdict(id, trace([group(brief(300, 2000))]))).toBeUndefined();
});

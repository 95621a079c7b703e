import { expect, test } from 'vitest';
import { diagnose } from '../../src/index.ts';
import { counters, evidence } from '../support/evidence.ts';
import { listener } from '../support/rows.ts';
import { group, trace, tracedVerdict } from '../support/traces.ts';

const id = 'reset-by-us';

function sent(count: number, reason: string | null, ended = count) {
  return group({ ended, resets: [{ direction: 'sent', reason, count }] });
}

test('a habit of ending by RST is a risk, with the process and the reason', () => {
  const found = tracedVerdict(id, trace([sent(20, 'TCP_STATE')]));
  expect(found).toMatchObject({ severity: 'risk', confidence: 'certain', count: 20 });
  expect(found?.process?.name).toBe('java');
  expect(found?.evidence.map(({ text }) => text).join()).toContain('linger 0');
});

test('a deadline that passed now and then is a note', () => {
  expect(tracedVerdict(id, trace([sent(5, 'TCP_STATE', 100)]))?.severity).toBe('note');
});

test('keep-alive that clears up is a note, however many', () => {
  const found = tracedVerdict(id, trace([sent(20, 'TCP_KEEPALIVE_TIMEOUT')]));
  expect(found).toMatchObject({ severity: 'note' });
  expect(found?.summary).toContain('keep-alive');
});

test.each(['TCP_ABORT_ON_CLOSE', 'TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET'])(
  '%s has a verdict of its own',
  (reason) => expect(tracedVerdict(id, trace([sent(20, reason)]))).toBeUndefined(),
);

test('by counters alone it is told of a port only if sockets of it died meanwhile', () => {
  const growth = [counters(1000, { TCPAbortOnData: 0 }), counters(4000, { TCPAbortOnData: 2 })];
  const ask = (localPort: number, target: number) =>
    diagnose(
      evidence([[listener()], [listener()]], {
        counters: growth,
        trace: trace([group({ ended: 2, localPort, process: null })], { source: 'destroy-events' }),
      }),
      { kind: 'port', port: target },
    ).verdicts.filter((verdict) => verdict.id === id);
  expect(ask(8080, 8080)).toMatchObject([{ confidence: 'likely', count: 2 }]);
  expect(ask(9, 8080)).toEqual([]);
});

import { expect, test } from 'vitest';
import { group, outgoingGroup, trace, tracedVerdict } from '../support/traces.ts';

const id = 'reset-data-after-close';

test.each(['TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET'])(
  'an RST with the reason %s answered data that nobody can read',
  (reason) => {
    const closed = group({ ended: 10, resets: [{ direction: 'sent', reason, count: 4 }] });
    const found = tracedVerdict(id, trace([closed]));
    expect(found).toMatchObject({ severity: 'risk', confidence: 'certain', count: 4 });
  },
);

test('a message that was under way is bad luck', () => {
  const one = group({
    ended: 1,
    resets: [{ direction: 'sent', reason: 'TCP_ABORT_ON_DATA', count: 1 }],
  });
  expect(tracedVerdict(id, trace([one]))?.severity).toBe('note');
});

test('RSTs without a socket are counted by the port of the server, and less surely', () => {
  const looseResets = [
    { localPort: 8080, reason: 'TCP_TIMEWAIT_SOCKET', count: 2 },
    { localPort: 8080, reason: 'NO_SOCKET', count: 50 },
    { localPort: 443, reason: 'TCP_TIMEWAIT_SOCKET', count: 9 },
  ];
  const found = tracedVerdict(
    id,
    trace([group({ ended: 5 }), outgoingGroup({ ended: 5 })], { looseResets }),
  );
  expect(found).toMatchObject({ confidence: 'likely', count: 2, port: 8080 });
});

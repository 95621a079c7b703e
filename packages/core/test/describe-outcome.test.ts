import { expect, test } from 'vitest';
import {
  describeOutcome,
  type Fact,
  type Observation,
  observeAll,
  unseenConnection,
} from '../src/index.ts';
import { Course } from './support/course.ts';

const client = (): Course => new Course('client').open();
const reset: Fact = { kind: 'rst', by: 'server', seenAt: 'client' };

test('as long as it has not ended there is nothing to say', () => {
  expect(describeOutcome(client().connection)).toBe('');
});

test.each([
  [
    'sent 1000 (normal closure); received 1000 (normal closure); first FIN by peer 90 ms after it opened',
    client()
      .sendClose(10)
      .receiveClose(20)
      .receiveFin(90)
      .see(90, { kind: 'fin', by: 'client', seenAt: 'client', hadPeerFin: true })
      .end(90),
  ],
  [
    'sent 1000 (normal closure); no Close frame received; TCP reset by peer 30.0 s after it opened; ECONNRESET: read ECONNRESET',
    client()
      .sendClose(10)
      .see(30_000, reset, {
        kind: 'error',
        of: 'client',
        errno: 'ECONNRESET',
        message: 'read ECONNRESET',
      })
      .end(30_000),
  ],
  [
    'sent 1000 (normal closure); no Close frame received; TCP reset by us 10.0 s after it opened; no Close frame in time; 512 bytes never sent',
    client()
      .sendClose(0)
      .see(10_000, { kind: 'rst', by: 'client', seenAt: 'client', because: 'closing-handshake' })
      .end(10_000, 512),
  ],
  [
    'received 4001 (private use) "moved"; no Close frame sent; ended 5 ms after it opened',
    client()
      .see(5, {
        kind: 'close-frame',
        by: 'server',
        seenAt: 'client',
        statusCode: 4001,
        reason: 'moved',
        hadPeerClose: 'unknown',
      })
      .end(5),
  ],
  [
    'the connection never opened; ended after 50 ms; ECONNREFUSED: connect ECONNREFUSED',
    new Course('client')
      .see(0, { kind: 'connecting' })
      .see(50, {
        kind: 'error',
        of: 'client',
        errno: 'ECONNREFUSED',
        message: 'connect ECONNREFUSED',
      })
      .end(50),
  ],
])('%s', (text, course) => {
  expect(describeOutcome(course.connection)).toBe(text);
});

test('packets are told without a side', () => {
  const facts: Fact[] = [
    { kind: 'opened' },
    {
      kind: 'close-frame',
      by: 'client',
      seenAt: 'wire',
      statusCode: null,
      reason: '',
      hadPeerClose: false,
    },
    { kind: 'rst', by: 'server', seenAt: 'wire' },
    { kind: 'ended', of: 'wire', never: ['server-sent-close'], unflushedBytes: 'unknown' },
  ];
  const seen = facts.map(
    (fact, index): Observation => ({ at: index * 1_000, source: 'packets', ...fact }),
  );
  expect(describeOutcome(observeAll(unseenConnection('wire'), seen))).toBe(
    'client sent an empty Close frame; no Close frame from the server; TCP reset by the server 2.0 s after it opened',
  );
});

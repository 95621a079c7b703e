import { type CapturedConnection, CaptureReader, readCaptures } from '@farewell/evidence';
import fc from 'fast-check';
import { test } from 'vitest';
import { packetOf, pcapOf } from '../../../../evidence/test/captures/support/capture-writer.ts';
import { closeBytes, flag } from '../../../../evidence/test/captures/support/connection-script.ts';
import { sharedCaptures } from '../../../../evidence/test/captures/support/shared-captures.ts';
import { ConnectionScript, type Segment } from './explain-segments.ts';

type By = 'client' | 'server';
const by = fc.constantFrom<By>('client', 'server');
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('fin', 'rst', 'foreign rst', 'frame', 'ack', 'data'),
    by,
    code: fc.constant(0),
  }),
  fc.record({
    kind: fc.constant('close'),
    by,
    code: fc.constantFrom(1000, 1001, 4000),
  }),
);
const script = fc.record({
  opening: fc.constantFrom('upgrade', 'refused', 'none', 'mid-connection'),
  steps: fc.array(fc.record({ step, wait: fc.constantFrom(0, 3, 2500) }), { maxLength: 8 }),
  // One of the packets may have escaped the capture.
  lost: fc.nat(30),
});

type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

function segmentsOf({ opening, steps, lost }: Script, index: number): readonly Segment[] {
  const client = { address: '10.0.0.1', port: 20_000 + index };
  const script = new ConnectionScript({ client, at: 1_700_000_000_000 + index * 7 });
  if (opening === 'upgrade' || opening === 'mid-connection') script.upgrade();
  else script.open();
  if (opening === 'refused') {
    script.exchange('client', 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
    script.exchange('server', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  }
  const start = opening === 'mid-connection' ? script.segments.length : 0;
  for (const { step, wait } of steps) take(script.wait(wait), step);
  return script.segments.slice(start).filter((_, at) => at !== lost);
}

function take(
  script: ConnectionScript,
  { kind, by, code }: { kind: string; by: By; code: number },
) {
  if (kind === 'fin') script.fin(by);
  if (kind === 'rst') script.rst(by);
  if (kind === 'foreign rst') script.send(by, { flags: flag.rst, sequence: 1 });
  if (kind === 'frame') script.frame(by, {});
  if (kind === 'ack') script.ack(by);
  if (kind === 'data') script.data(by, Buffer.from([0x81]));
  if (kind === 'close') {
    script.data(by, closeBytes({ masked: by === 'client', code, reason: `reason ${code}, "§"` }));
  }
}

/** Connections of one capture, opened, ended and broken off in any way. */
const anyConnections = fc
  .array(script, { minLength: 1, maxLength: 20 })
  .map((scripts): readonly CapturedConnection[] => {
    const segments = scripts.flatMap(segmentsOf).sort((a, b) => a.at - b.at);
    const found: CapturedConnection[] = [];
    const reader = new CaptureReader({ onConnection: (record) => found.push(record.read()) });
    reader.feed(pcapOf(segments.map((segment) => packetOf(segment))));
    reader.end();
    return found;
  });

/** Two tests: that `expectSame` holds for any connections, and for those of the shared captures. */
export function testConnections(
  title: string,
  expectSame: (connections: readonly CapturedConnection[]) => void,
): void {
  test(title, () => {
    fc.assert(fc.property(anyConnections, expectSame), { numRuns: 300 });
  });

  test.skipIf(sharedCaptures.length === 0)('is so for the shared captures', async () => {
    const found: CapturedConnection[] = [];
    await readCaptures(sharedCaptures, {
      onConnection: (record) => void found.push(record.read()),
    });
    expectSame(found);
  });
}

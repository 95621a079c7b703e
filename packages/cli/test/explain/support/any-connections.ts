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
const endings = [
  'none',
  'closing-handshake',
  'crossed-close',
  'hasty-fin',
  'fin',
  'fin-again',
  'rst',
  'rst-of-another-way',
] as const;
const script = fc.record({
  opening: fc.constantFrom('upgrade', 'refused', 'none', 'mid-connection'),
  steps: fc.array(fc.record({ step, wait: fc.constantFrom(0, 3, 2500) }), { maxLength: 8 }),
  ending: fc.record({
    kind: fc.constantFrom(...endings),
    by,
    wait: fc.constantFrom(0, 40, 60_000),
  }),
  // One of the packets may have escaped the capture.
  lost: fc.nat(30),
});

type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

function segmentsOf({ opening, steps, ending, lost }: Script, index: number): readonly Segment[] {
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
  end(script, ending);
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

const close = (by: By, code: number) => closeBytes({ masked: by === 'client', code });

/** As connections usually end; what went before may have ended this one already. */
function end(script: ConnectionScript, { kind, by, wait }: Script['ending']): void {
  const other = by === 'client' ? 'server' : 'client';
  script.wait(wait);
  if (kind === 'closing-handshake') script.closeFrames(by).finish(by);
  if (kind === 'crossed-close') {
    script.data('client', close('client', 1000));
    const acknowledgment = script.segments.at(-1)?.sequence ?? 0;
    script.send('server', { payload: close('server', 1001), acknowledgment });
    script.ack('client').ack('server').finish(by);
  }
  if (kind === 'hasty-fin') {
    script.data(by, close(by, 1000)).wait(wait).fin(by).ack(other);
    script.exchange(other, close(other, 1000)).fin(other).ack(by);
  }
  if (kind === 'fin') script.finish(by);
  if (kind === 'fin-again') script.fin(by).wait(wait).again().ack(other).fin(other).ack(by);
  if (kind === 'rst') script.rst(by);
  if (kind === 'rst-of-another-way') script.rst(by, { ttl: 33 });
}

/** Captures of connections that were opened, ended and broken off in any way. */
export const anyCapture = fc.array(script, { minLength: 1, maxLength: 20 }).map((scripts) => {
  const segments = scripts.flatMap(segmentsOf).sort((a, b) => a.at - b.at);
  return pcapOf(segments.map((segment) => packetOf(segment)));
});

const anyConnections = anyCapture.map((bytes): readonly CapturedConnection[] => {
  const found: CapturedConnection[] = [];
  const reader = new CaptureReader({ onConnection: (record) => found.push(record.read()) });
  reader.feed(bytes);
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapturedConnection } from '../../src/captures/captured-connection.ts';
import {
  type By,
  ConnectionScript,
  frameBytes,
  type Segment,
} from './support/connection-script.ts';
import { readSegments } from './support/read-all.ts';

/** A watched connection is never taken for a plain one: all its segments go the long way. */
function bothWays(segments: readonly Segment[]): readonly CapturedConnection[] {
  const plain = readSegments(segments);
  const long = readSegments(segments, { watch: 0 });
  return [plain, { ...long, events: null }];
}

const unusual = [
  'again',
  'zero window',
  'ttl',
  'ping',
  'lost',
  'swapped',
  'old ack',
  'binary',
  'fragment',
  'reserved',
  'close',
] as const;
const by = fc.constantFrom<By>('client', 'server');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('frame'), by, size: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('piece'), by, size: fc.nat(300) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom(...unusual),
      by,
      size: fc.nat(9),
    }),
  },
);
const ending = fc.constantFrom('open', 'fin', 'rst', 'handshake');

type Step = { kind: string; by: By; size: number };

function take(script: ConnectionScript, { kind, by, size }: Step): void {
  const bytes = frameBytes({ masked: by === 'client', payload: Buffer.alloc(size, 0x61) });
  if (kind === 'frame') script.exchange(by, bytes);
  else if (kind === 'piece') for (const part of halves(bytes)) script.data(by, part);
  else if (kind === 'again') script.again();
  else if (kind === 'zero window') script.send(by, { window: 0 });
  else if (kind === 'ttl') script.send(by, { ttl: 40 + size });
  else if (kind === 'ping') script.frame(by, { opcode: 0x9, payload: Buffer.alloc(size) });
  else if (kind === 'binary') script.frame(by, { opcode: 0x2, payload: Buffer.alloc(size) });
  else if (kind === 'fragment') script.frame(by, { opcode: size % 3, fin: false });
  else if (kind === 'reserved') script.frame(by, { reserved: size % 8 });
  else if (kind === 'close') script.closeFrames(by);
  else if (kind === 'old ack') script.send(by, { acknowledgment: 1 });
  else {
    script.data(by, bytes).data(by, bytes);
    const last = script.segments.pop();
    if (kind === 'swapped' && last) script.segments.splice(-1, 0, last);
    else if (last) script.segments.splice(-1, 1, last);
  }
}

function halves(bytes: Uint8Array): readonly Uint8Array[] {
  const middle = Math.ceil(bytes.length / 2);
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}

describe('a plain segment', () => {
  it('leaves the same behind as on the long way, whatever came before it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), ending, (steps, how) => {
        const script = new ConnectionScript().upgrade();
        for (const one of steps) take(script, one);
        if (how === 'handshake') script.closeFrames('client').finish('server');
        if (how === 'fin') script.finish('client');
        if (how === 'rst') script.rst('server');
        const [plain, long] = bothWays(script.segments);
        expect(plain).toEqual(long);
      }),
      { numRuns: 500 },
    );
  });

  it('of bytes that are no WebSocket is counted too', () => {
    const script = new ConnectionScript().open();
    for (let count = 0; count < 10; count += 1) script.exchange('client', 'EHLO there\r\n');
    const [plain, long] = bothWays(script.segments);
    expect(plain).toEqual(long);
    expect(plain?.sides.client).toMatchObject({ packets: 12, payloadBytes: 120 });
  });

  it('of TLS is followed by its records', () => {
    const record = Buffer.concat([Buffer.from([23, 3, 3, 1, 0]), Buffer.alloc(256)]);
    const script = new ConnectionScript().open();
    for (let count = 0; count < 5; count += 1) {
      script.data('server', record.subarray(0, 100)).exchange('server', record.subarray(100));
    }
    const alert = Buffer.concat([Buffer.from([23, 3, 3, 0, 19]), Buffer.alloc(19)]);
    const [plain, long] = bothWays(script.exchange('server', alert).segments);
    expect(plain).toEqual(long);
    expect(plain?.sides.server.tls?.closeNotify).toBe('likely');
  });
});

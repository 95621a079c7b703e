import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSegment } from '../../src/packets/segment.ts';

/** A FIN with ACK and two bytes of payload, 127.0.0.1:40000 to 127.0.0.1:8080. */
const packet = Uint8Array.from([
  0x45, 0, 0, 42, 0, 1, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0x9c, 0x40, 0x1f, 0x90, 0,
  0, 0, 9, 0, 0, 0, 7, 0x50, 0x11, 1, 0, 0, 0, 0, 0, 0x88, 0x00,
]);

describe('parseSegment', () => {
  it('reads ports, numbers, flags and payload', () => {
    expect(parseSegment(packet, 12.5)).toEqual({
      at: 12.5,
      sourcePort: 40_000,
      destinationPort: 8080,
      sequence: 9,
      acknowledges: 7,
      syn: false,
      ack: true,
      fin: true,
      rst: false,
      payloadBytes: 2,
      payload: Uint8Array.of(0x88, 0x00),
    });
  });

  it('keeps its own copy of the payload', () => {
    const buffer = packet.slice();
    const segment = parseSegment(buffer, 0);
    buffer.fill(0);
    expect(segment?.payload).toEqual(Uint8Array.of(0x88, 0x00));
  });

  it('gives nothing for other protocols and other versions of IP', () => {
    expect(parseSegment(packet.with(9, 17), 0)).toBeNull();
    expect(parseSegment(packet.with(0, 0x60), 0)).toBeNull();
  });

  it('gives a value for any bytes, and nothing for a packet that is cut in its headers', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (any) => void parseSegment(any, 0)));
    for (let length = 0; length < 40; length += 1)
      expect(parseSegment(packet.subarray(0, length), 0)).toBeNull();
  });
});

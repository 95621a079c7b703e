import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFrame, parseFrameHeader } from '../../src/packets/frames.ts';

function describeBytes(...values: number[]): string | null {
  const bytes = Uint8Array.from(values);
  const header = parseFrameHeader(bytes);
  return header === null ? null : describeFrame(header, bytes);
}

describe('a frame header', () => {
  it('gives the length in each of the three ways that RFC 6455 has', () => {
    expect(parseFrameHeader(Uint8Array.of(0x82, 125))).toMatchObject({ payloadBytes: 125 });
    expect(parseFrameHeader(Uint8Array.of(0x82, 126, 1, 0))).toMatchObject({ payloadBytes: 256 });
    expect(parseFrameHeader(Uint8Array.of(0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0))).toMatchObject({
      headerBytes: 10,
      payloadBytes: 65_536,
    });
  });

  it('is nothing while it is cut', () => {
    const header = [0x82, 0xfe, 1, 0, 9, 9, 9, 9];
    for (let length = 0; length < header.length; length += 1)
      expect(parseFrameHeader(Uint8Array.from(header.slice(0, length)))).toBeNull();
    expect(parseFrameHeader(Uint8Array.from(header))).toMatchObject({ payloadBytes: 256 });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void describeBytes(...bytes)));
  });
});

describe('what a diagram shows of a frame', () => {
  it('is the name of its opcode and its size', () => {
    expect(describeBytes(0x81, 5)).toBe('text, 5 bytes');
    expect(describeBytes(0x89, 0)).toBe('ping, 0 bytes');
    expect(describeBytes(0x8f, 1)).toBe('frame, 1 bytes');
  });

  it('is the status code of a Close frame, masked or not, if there is one', () => {
    expect(describeBytes(0x88, 2, 0x03, 0xe9)).toBe('Close 1001');
    expect(describeBytes(0x88, 0x82, 1, 2, 3, 4, 0x02, 0xeb)).toBe('Close 1001');
    expect(describeBytes(0x88, 0)).toBe('Close');
    expect(describeBytes(0x88, 2, 0x03)).toBe('Close');
  });
});

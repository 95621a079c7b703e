import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closePayload, encodeFrame, readClosePayload, takeFrame } from '../src/frame.ts';

const spec = fc.record({
  opcode: fc.integer({ min: 0, max: 15 }),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.integer({ min: 65_500, max: 65_600 }).map((length) => new Uint8Array(length).fill(7)),
  ),
  fin: fc.boolean(),
  rsv: fc.integer({ min: 0, max: 7 }),
  masked: fc.boolean(),
});

test('a frame that was encoded reads back as it was', () => {
  fc.assert(
    fc.property(spec, fc.uint8Array({ maxLength: 20 }), (frame, behind) => {
      const bytes = encodeFrame(frame);
      const taken = takeFrame(Buffer.concat([bytes, behind]));
      const { payload, ...head } = frame;
      expect(taken).toMatchObject({ frame: head, usedBytes: bytes.length });
      expect(Buffer.compare(taken?.frame.payload ?? new Uint8Array(0), payload)).toBe(0);
    }),
  );
});

test('a frame that is not whole yet reads as null, wherever it is cut', () => {
  const bytes = encodeFrame({ opcode: 2, payload: new Uint8Array(300), masked: true });
  for (let length = 0; length < bytes.length; length += 1)
    expect(takeFrame(bytes.subarray(0, length))).toBeNull();
});

test('any bytes give a frame or null, never a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const taken = takeFrame(bytes);
      expect(taken === null || taken.usedBytes <= bytes.length).toBe(true);
    }),
  );
});

test('a declared length of 2^63 is never complete', () => {
  const bytes = Uint8Array.of(0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3);
  expect(takeFrame(bytes)).toBeNull();
});

test('a Close payload carries code and reason, or nothing', () => {
  expect(readClosePayload(closePayload(4001, 'größer'))).toEqual({
    statusCode: 4001,
    reason: 'größer',
  });
  expect(closePayload(null)).toHaveLength(0);
  expect(readClosePayload(Uint8Array.of(3))).toEqual({ statusCode: null, reason: '' });
});

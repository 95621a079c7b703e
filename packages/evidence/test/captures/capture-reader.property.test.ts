import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapturedConnection, CapturedSide } from '../../src/captures/captured-connection.ts';
import { packetOf, pcapOf, type RawPacket } from './support/capture-writer.ts';
import {
  type By,
  ConnectionScript,
  closeBytes,
  frameBytes,
  type Segment,
} from './support/connection-script.ts';
import { onlyOne, readAll } from './support/read-all.ts';

/** What is concluded from a side: all that must not depend on how its bytes were put into packets. */
function conclusions({ sides, webSocket, zeek, handshake, endedAt }: CapturedConnection) {
  return {
    webSocket,
    ended: endedAt !== null,
    state: zeek.state,
    accept: handshake?.accept,
    status: handshake?.status,
    client: ofSide(sides.client),
    server: ofSide(sides.server),
  };
}

const ofSide = (side: CapturedSide) => ({
  frames: side.frames,
  close: side.closeFrame && { ...side.closeFrame, at: 0 },
  fin: side.fin && {
    hadPeerFin: side.fin.hadPeerFin,
    hadPeerClose: side.fin.hadPeerClose,
    count: side.fin.count,
  },
  reset: side.reset && { count: side.reset.count },
  violations: side.violations,
  retransmissions: side.retransmissions,
  afterCloseBytes: side.afterCloseBytes,
  lostBytes: side.lostBytes,
  unknownFrom: side.unknownFrom,
});

const frame = fc.record({
  opcode: fc.constantFrom(0, 1, 2, 9, 10),
  fin: fc.boolean(),
  length: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(125, 126, 300, 2000)),
});
const message = fc.record({
  by: fc.constantFrom<By>('client', 'server'),
  frames: fc.array(frame, { minLength: 1, maxLength: 4 }),
});
const story = fc.record({
  messages: fc.array(message, { maxLength: 6 }),
  closer: fc.constantFrom<By>('client', 'server'),
  code: fc.constantFrom(1000, 1001, 4000, null),
  ending: fc.constantFrom('fin', 'rst', 'nothing'),
  sequence: fc.constantFrom(1, 0xfffffff0, 0x7ffffff0, 0xffffff00),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** Tells the story; `cut` says into how many bytes each piece of data is cut. */
function tell(told: Story, cut: () => number): ConnectionScript {
  const script = new ConnectionScript({ sequence: told.sequence, at: 1_700_000_000_000 }).open();
  const say = (by: By, bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) {
      const length = Math.max(1, cut());
      script.data(by, bytes.subarray(at, at + length));
      at += length;
    }
    script.ack(by === 'client' ? 'server' : 'client');
  };
  const opened = new ConnectionScript()
    .upgrade()
    .segments.filter(({ payload }) => payload.length > 0);
  for (const { by, payload } of opened) say(by, payload);
  for (const { by, frames } of told.messages) {
    const masked = by === 'client';
    const all = frames.map(({ opcode, fin, length }) =>
      frameBytes({
        opcode,
        fin: opcode > 8 || fin,
        payload: Buffer.alloc(length % (opcode > 8 ? 126 : 3000)),
        masked,
      }),
    );
    say(by, Buffer.concat(all));
  }
  const other = told.closer === 'client' ? 'server' : 'client';
  say(told.closer, closeBytes({ masked: told.closer === 'client', code: told.code }));
  say(other, closeBytes({ masked: other === 'client', code: told.code }));
  if (told.ending === 'fin') script.finish(other);
  if (told.ending === 'rst') script.rst(told.closer);
  return script;
}

/** A tenth of a millisecond apart, so that a reordered packet is still reordered, not sent again. */
function packetsOf(segments: readonly Segment[]): RawPacket[] {
  return segments.map((segment, index) =>
    packetOf({ ...segment, at: 1_700_000_000_000 + index / 10 }),
  );
}

const read = (packets: readonly RawPacket[]) =>
  conclusions(onlyOne(readAll(pcapOf(packets)).connections));

/** Moves each packet back by less than `window` places. */
function shuffled<T>(items: readonly T[], random: () => number, window: number): T[] {
  return items
    .map((item, index) => ({ item, key: index + random() * window }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

describe('no conclusion changes', () => {
  it('when the bytes are cut into packets in another way', () => {
    fc.assert(
      fc.property(story, fc.infiniteStream(fc.integer({ min: 1, max: 400 })), (told, sizes) => {
        const whole = read(packetsOf(tell(told, () => 100_000).segments));
        const cut = read(packetsOf(tell(told, () => sizes.next().value ?? 1).segments));
        expect(cut).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('when packets come in another order within a window of four', () => {
    fc.assert(
      fc.property(
        story,
        fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })),
        (told, numbers) => {
          const { segments } = tell(told, () => 300);
          // The handshake of TCP stays in front: without the SYN first, who began is not known.
          const body = shuffled(segments.slice(3), () => numbers.next().value ?? 0, 4);
          const order = [...segments.slice(0, 3), ...body];
          expect(read(packetsOf(order))).toEqual(read(packetsOf(segments)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('when packets are captured twice', () => {
    fc.assert(
      fc.property(story, fc.infiniteStream(fc.boolean()), (told, twice) => {
        const packets = packetsOf(tell(told, () => 300).segments);
        const copied = packets.flatMap((packet) =>
          twice.next().value ? [packet, packet] : [packet],
        );
        expect(read(copied)).toEqual(read(packets));
      }),
      { numRuns: 300 },
    );
  });

  it('when the capture comes in pieces of any size', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 1, max: 200 }), (told, pieceBytes) => {
        const file = pcapOf(packetsOf(tell(told, () => 300).segments));
        expect(readAll(file, { pieceBytes })).toEqual(readAll(file));
      }),
      { numRuns: 100 },
    );
  });
});

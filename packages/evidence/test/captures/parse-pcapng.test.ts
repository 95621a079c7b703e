import { describe, expect, it } from 'vitest';
import {
  blockOf,
  enhancedPacket,
  interfaceBlock,
  linkNumbers,
  packetOf,
  sectionHeader,
  wordWriter,
} from './support/capture-writer.ts';
import { ConnectionScript } from './support/connection-script.ts';
import { onlyOne, readAll } from './support/read-all.ts';

const script = new ConnectionScript().upgrade().closeFrames('client').finish('server');
const packets = script.segments.map((segment) => packetOf(segment));

/** Options: tsresol, and tsoffset in seconds. */
function timeOptions(resolution: number, offsetSeconds: bigint): Uint8Array {
  const options = Buffer.alloc(24);
  options.writeUInt16LE(9, 0);
  options.writeUInt16LE(1, 2);
  options[4] = resolution;
  options.writeUInt16LE(14, 8);
  options.writeUInt16LE(8, 10);
  options.writeBigInt64LE(offsetSeconds, 12);
  return options;
}

/** Interface statistics with isb_ifdrop. */
function statistics(dropped: bigint, endedAt = 0n): Uint8Array {
  const body = Buffer.alloc(12 + 12 + 12 + 4);
  body.writeUInt16LE(5, 12);
  body.writeUInt16LE(8, 14);
  body.writeBigUInt64LE(dropped, 16);
  body.writeUInt16LE(3, 24);
  body.writeUInt16LE(8, 26);
  body.writeUInt32LE(Number(endedAt >> 32n), 28);
  body.writeUInt32LE(Number(endedAt & 0xffffffffn), 32);
  return blockOf(5, body);
}

describe('a pcapng file', () => {
  for (const order of ['little', 'big'] as const) {
    it(`is read in ${order}-endian order, unknown blocks skipped`, () => {
      const file = Buffer.concat([
        sectionHeader(order),
        blockOf(0x0bad, Buffer.alloc(999), order),
        interfaceBlock(1, new Uint8Array(0), order),
        ...packets.map(({ at, bytes }) =>
          enhancedPacket(bytes, { units: BigInt(at) * 1000n }, order),
        ),
      ]);
      for (const pieceBytes of [file.length, 7]) {
        const { connections, summary } = readAll(file, { pieceBytes });
        expect(summary.problems).toEqual([]);
        expect(summary.firstPacketAt).toBe(packets[0]?.at);
        expect(onlyOne(connections).sides.client.fin).not.toBeNull();
      }
    });
  }

  it('counts time as its interface says: resolution and offset', () => {
    const nanoseconds = timeOptions(9, 1_700_000_000n);
    const binary = timeOptions(0x80 | 10, 0n);
    const [first] = packets;
    const file = Buffer.concat([
      sectionHeader(),
      interfaceBlock(1, nanoseconds),
      interfaceBlock(1, binary),
      enhancedPacket(first?.bytes ?? Buffer.alloc(0), { units: 250_000_000n }),
      enhancedPacket(first?.bytes ?? Buffer.alloc(0), {
        units: 1_700_000_001n * 1024n + 512n,
        source: 1,
      }),
    ]);
    const { summary } = readAll(file);
    expect(summary.firstPacketAt).toBeCloseTo(1_700_000_000_250, 3);
    expect(summary.lastPacketAt).toBeCloseTo(1_700_000_001_500, 3);
  });

  it('may have several sections, each with its own interfaces and link types', () => {
    const half = Math.floor(packets.length / 2);
    const cooked = script.segments.slice(half).map((segment) => packetOf(segment, 'cooked2'));
    const file = Buffer.concat([
      sectionHeader(),
      interfaceBlock(linkNumbers.ethernet),
      ...packets
        .slice(0, half)
        .map(({ at, bytes }) => enhancedPacket(bytes, { units: BigInt(at) * 1000n })),
      sectionHeader('big'),
      interfaceBlock(linkNumbers.cooked2, new Uint8Array(0), 'big'),
      ...cooked.map(({ at, bytes }) => enhancedPacket(bytes, { units: BigInt(at) * 1000n }, 'big')),
    ]);
    const { connections, summary } = readAll(file);
    expect(summary.problems).toEqual([]);
    expect(onlyOne(connections).endedAt).toBe(packets.at(-1)?.at);
  });

  it('may have simple packet blocks, which have no time', () => {
    const words = wordWriter('little');
    const file = Buffer.concat([
      sectionHeader(),
      interfaceBlock(1),
      ...packets.map(({ bytes }) => blockOf(3, Buffer.concat([words([bytes.length]), bytes]))),
    ]);
    const { connections, summary } = readAll(file);
    expect(onlyOne(connections).sides.server.closeFrame?.statusCode).toBe(1000);
    expect(summary.problems.map(({ what }) => what)).toEqual([
      'packet without a time (simple packet block)',
    ]);
  });

  it('may have obsolete packet blocks, which count drops', () => {
    const blocks = packets.map(({ at, bytes }, index) => {
      const units = BigInt(at) * 1000n;
      const head = Buffer.alloc(20);
      head.writeUInt16LE(index === 3 ? 5 : 0, 2);
      head.writeUInt32LE(Number(units >> 32n), 4);
      head.writeUInt32LE(Number(units & 0xffffffffn), 8);
      head.writeUInt32LE(bytes.length, 12);
      head.writeUInt32LE(bytes.length, 16);
      return blockOf(2, Buffer.concat([head, bytes]));
    });
    const { connections, summary } = readAll(
      Buffer.concat([sectionHeader(), interfaceBlock(1), ...blocks]),
    );
    expect(onlyOne(connections).zeek.state).toBe('SF');
    expect(summary.droppedByCapture).toBe(5);
  });

  it('says how many packets the capturing machine lost: the last statistics of each interface', () => {
    const file = Buffer.concat([
      sectionHeader(),
      interfaceBlock(1),
      statistics(2n),
      statistics(17n),
    ]);
    const { summary } = readAll(file);
    expect(summary.droppedByCapture).toBe(17);
    expect(summary.problems).toEqual([
      { what: 'packets dropped by the capture', count: 17, example: 'the capture' },
    ]);
  });

  it('says when the capture was ended, later than its last packet', () => {
    const at = packets[0]?.at ?? 0;
    const endedAt = at + 90_000;
    const file = Buffer.concat([
      sectionHeader(),
      interfaceBlock(1),
      enhancedPacket(packets[0]?.bytes ?? Buffer.alloc(0), { units: BigInt(at) * 1000n }),
      statistics(0n, BigInt(endedAt) * 1000n),
    ]);
    const { lastPacketAt, observedUntil } = onlyOne(readAll(file).connections);
    expect([lastPacketAt, observedUntil]).toEqual([at, endedAt]);
  });

  it('with a block length that cannot be is read up to there, and says so', () => {
    const file = Buffer.concat([
      sectionHeader(),
      interfaceBlock(1),
      enhancedPacket(packets[0]?.bytes ?? Buffer.alloc(0), { units: 1n }),
      wordWriter('little')([6, 13, 0]),
    ]);
    const { summary } = readAll(file);
    expect(summary.packets).toBe(1);
    expect(summary.problems[0]?.what).toContain('damaged capture');
  });
});

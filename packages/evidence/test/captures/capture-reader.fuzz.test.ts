import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/captures/capture-reader.ts';
import { observationsFromConnection } from '../../src/captures/observations-from-connection.ts';
import {
  enhancedPacket,
  interfaceBlock,
  packetOf,
  pcapOf,
  sectionHeader,
} from './support/capture-writer.ts';
import { ConnectionScript, frameBytes } from './support/connection-script.ts';

const INPUTS = 100_000;

/** Mulberry32: small, fast, and the same every time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const units = (at: number) => ({ units: BigInt(at) * 1000n });

function originals(): Uint8Array[] {
  const four = new ConnectionScript().upgrade(['Sec-WebSocket-Extensions: permessage-deflate']);
  four
    .frame('client', { opcode: 9 })
    .frame('server', { fin: false })
    .frame('server', { opcode: 0 });
  four.data('client', frameBytes({ masked: true, payload: Buffer.alloc(200) }));
  four.closeFrames('client').finish('server');
  const six = new ConnectionScript({
    client: { address: '2001:db8:0:0:0:0:0:1', port: 1 },
    server: { address: '2001:db8:0:0:0:0:0:2', port: 2 },
  });
  const tls = Buffer.from([22, 3, 3, 0, 5, 1, 2, 3, 4, 5, 21, 3, 3, 0, 2, 1, 0]);
  six.open().exchange('client', tls).exchange('server', tls).rst('client');
  return [
    pcapOf(four.segments.map((segment) => packetOf(segment, 'vlan'))),
    pcapOf(
      six.segments.map((segment) => packetOf(segment, 'cooked2')),
      { link: 'cooked2' },
    ),
    Buffer.concat([
      sectionHeader(),
      interfaceBlock(1),
      ...four.segments.map((segment) => enhancedPacket(packetOf(segment).bytes, units(segment.at))),
    ]),
  ];
}

/** A few bytes changed, a piece cut out or doubled, the end cut off: where, the random numbers say. */
function mutated(original: Uint8Array, random: () => number): Uint8Array {
  const bytes = Uint8Array.from(original);
  const place = () => Math.floor(random() * bytes.length);
  for (let count = Math.floor(random() * 8); count > 0; count -= 1) {
    bytes[place()] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
  }
  const kind = random();
  if (kind < 0.3) return bytes.subarray(0, place());
  if (kind > 0.8) return bytes;
  const [from = 0, to = 0] = [place(), place()].sort((a, b) => a - b);
  if (kind < 0.5) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  if (kind < 0.6) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  return bytes.copyWithin(from, to, to + 64);
}

describe('foreign bytes', () => {
  it(`in ${INPUTS} mutated and truncated captures never throw, hang or pile up`, {
    timeout: 120_000,
  }, () => {
    const random = randomFrom(2026);
    const inputs = originals();
    const before = process.memoryUsage.rss();
    let connections = 0;
    for (let count = 0; count < INPUTS; count += 1) {
      const original = inputs[count % inputs.length] ?? new Uint8Array(0);
      const bytes = mutated(original, random);
      const reader = new CaptureReader({
        seed: count,
        maxConnections: 50,
        watch: 0,
        onConnection: (record) => {
          connections += 1;
          observationsFromConnection(record.read());
        },
      });
      const half = Math.floor(random() * bytes.length);
      reader.feed(bytes.subarray(0, half));
      reader.feed(bytes.subarray(half));
      const summary = reader.end();
      if (summary.packets > 10_000) throw new Error(`${summary.packets} packets out of nothing`);
    }
    expect(connections).toBeGreaterThan(INPUTS / 2);
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 << 20);
  });

  it('that never fill their holes are kept only up to the bound, and that is said', () => {
    const summaries = readHoles(3000);
    const bytesInHoles = 3000 * 8 * 1400;
    expect(bytesInHoles).toBeGreaterThan(32 << 20);
    expect(summaries.problems.map(({ what }) => what)).toContain(
      'segments for which no memory was left',
    );
    expect(summaries.grown).toBeLessThan(150 << 20);
  });
});

/** `count` connections, each with a missing byte and 8 segments behind it. */
function readHoles(count: number) {
  let grown = 0;
  const reader = new CaptureReader({ onConnection: () => {} });
  const before = process.memoryUsage.rss();
  for (let index = 0; index < count; index += 1) {
    const client = { address: `10.1.${index >> 8}.${index & 0xff}`, port: 5000 };
    const script = new ConnectionScript({ client }).open().data('client', 'x');
    const lost = script.segments.at(-1);
    for (let segment = 0; segment < 8; segment += 1) script.data('client', Buffer.alloc(1400));
    const kept = script.segments.filter((one) => one !== lost);
    const file = pcapOf(kept.map((segment) => packetOf(segment)));
    reader.feed(index === 0 ? file : file.subarray(24));
    grown = Math.max(grown, process.memoryUsage.rss() - before);
  }
  return { problems: reader.end().problems, grown };
}

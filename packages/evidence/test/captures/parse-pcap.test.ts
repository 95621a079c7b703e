import { describe, expect, it } from 'vitest';
import { packetOf, pcapOf } from './support/capture-writer.ts';
import { ConnectionScript } from './support/connection-script.ts';
import { onlyOne, readAll } from './support/read-all.ts';

const script = new ConnectionScript({ at: 1_700_000_000_000.25 }).upgrade().frame('client', {});
const packets = script.segments.map((segment) => packetOf(segment));

describe('a pcap file', () => {
  for (const order of ['little', 'big'] as const) {
    for (const resolution of ['micro', 'nano'] as const) {
      it(`is read in ${order}-endian order with ${resolution}second times`, () => {
        const { connections, summary } = readAll(pcapOf(packets, { order, resolution }));
        expect(summary.problems).toEqual([]);
        expect(summary.packets).toBe(packets.length);
        expect(summary.firstPacketAt).toBeCloseTo(1_700_000_000_000.25, 3);
        expect(onlyOne(connections).webSocket).toBe(true);
      });
    }
  }

  it('gives the same when it comes byte by byte', () => {
    const file = pcapOf(packets);
    expect(readAll(file, { pieceBytes: 1 })).toEqual(readAll(file));
  });

  it('that ends in the middle of a packet gives everything before it, and says so', () => {
    const file = pcapOf(packets);
    const { summary } = readAll(file.subarray(0, file.length - 3));
    expect(summary.packets).toBe(packets.length - 1);
    expect(summary.problems.map(({ what }) => what)).toEqual([
      'capture that ends in the middle of a record',
    ]);
  });

  it('with an impossible packet length is read up to there, and says so', () => {
    const file = Buffer.concat([pcapOf(packets), Buffer.alloc(64, 0xff)]);
    const { summary } = readAll(file);
    expect(summary.packets).toBe(packets.length);
    expect(summary.problems[0]?.what).toContain('damaged capture');
  });

  it('of a link type that cannot be read says which', () => {
    const file = pcapOf(packets);
    file[20] = 105;
    const { connections, summary } = readAll(file);
    expect(connections).toEqual([]);
    expect(summary.problems).toEqual([
      { what: 'link type that cannot be read', count: 1, example: 'LINKTYPE 105' },
    ]);
  });

  it('of another format is refused with its first bytes', () => {
    const { summary } = readAll(Buffer.from('GIF89a and so on'));
    expect(summary.problems[0]?.example).toContain('begins with 47494638');
  });
});

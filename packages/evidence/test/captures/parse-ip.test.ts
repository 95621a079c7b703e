import { describe, expect, it } from 'vitest';
import { packetOf, pcapOf, type RawPacket } from './support/capture-writer.ts';
import { ConnectionScript, type Segment } from './support/connection-script.ts';
import { onlyOne, readAll } from './support/read-all.ts';

const six = {
  client: { address: '2001:db8:0:0:0:0:0:1', port: 40_000 },
  server: { address: '2001:db8:0:0:0:0:0:2', port: 443 },
};

/** The packet with extension headers between IPv6 and TCP: `[protocol number, bytes]`. */
function extended(segment: Segment, headers: readonly (readonly [number, number[]])[]): RawPacket {
  const { at, bytes } = packetOf(segment, 'raw');
  const ip = Buffer.from(bytes.subarray(0, 40));
  const chain = headers.map(([, header], index) => {
    return Buffer.from([headers[index + 1]?.[0] ?? 6, ...header.slice(1)]);
  });
  ip[6] = headers[0]?.[0] ?? 6;
  const payload = Buffer.concat([...chain, bytes.subarray(40)]);
  ip.writeUInt16BE(payload.length, 4);
  return { at, bytes: Buffer.concat([ip, payload]) };
}

describe('an IPv6 packet', () => {
  const { segments } = new ConnectionScript(six).upgrade().frame('client', {});

  it('is followed through its extension headers to TCP', () => {
    const packets = segments.map((segment) =>
      extended(segment, [
        [0, [0, 0, 0, 0, 0, 0, 0, 0]],
        [60, [0, 1, ...Array.from({ length: 14 }, () => 0)]],
        [51, [0, 4, ...Array.from({ length: 22 }, () => 0)]],
        [44, [0, 0, 0, 0, 0, 0, 0, 1]],
      ]),
    );
    const { connections, summary } = readAll(pcapOf(packets, { link: 'raw' }));
    expect(summary.problems).toEqual([]);
    expect(onlyOne(connections).sides.client.frames.text).toBe(1);
  });

  it('that is a fragment is counted as one', () => {
    const [first] = segments;
    if (first === undefined) throw new Error('the script is empty');
    const packet = extended(first, [[44, [0, 0, 0x00, 0x01, 0, 0, 0, 1]]]);
    const { summary } = readAll(pcapOf([packet], { link: 'raw' }));
    expect(summary.problems.map(({ what }) => what)).toEqual(['IP fragment: not put together']);
  });
});

describe('an IPv4 packet', () => {
  const { segments } = new ConnectionScript().upgrade().frame('client', {});

  it('that is a fragment is counted as one, and "don\'t fragment" is not', () => {
    const packets = segments.map((segment) => packetOf(segment, 'raw'));
    const fragment = Buffer.from(packets[0]?.bytes ?? []);
    fragment.writeUInt16BE(0x2000, 6);
    const { connections, summary } = readAll(
      pcapOf([...packets, { at: 5, bytes: fragment }], { link: 'raw' }),
    );
    expect(connections).toHaveLength(1);
    expect(summary.problems).toEqual([
      { what: 'IP fragment: not put together', count: 1, example: 'the capture' },
    ]);
  });

  it('with a total length of zero (left to the network card) is as long as it was on the wire', () => {
    const packets = segments.map((segment) => {
      const { at, bytes } = packetOf(segment, 'raw');
      const copy = Buffer.from(bytes);
      if (segment.payload.length > 0) copy.writeUInt16BE(0, 2);
      return { at, bytes: copy };
    });
    const connection = onlyOne(readAll(pcapOf(packets, { link: 'raw' })).connections);
    expect(connection.sides.client.frames.text).toBe(1);
  });

  it('that was cut inside its TCP header is counted', () => {
    const packets = segments.map((segment) => {
      const { at, bytes } = packetOf(segment, 'raw');
      return { at, bytes: bytes.subarray(0, 30), wireLength: bytes.length };
    });
    const { summary } = readAll(pcapOf(packets, { link: 'raw' }));
    expect(summary.problems).toEqual([
      {
        what: 'packet cut inside its headers (snaplen)',
        count: packets.length,
        example: 'the capture',
      },
    ]);
  });
});

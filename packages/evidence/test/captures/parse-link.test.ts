import { describe, expect, it } from 'vitest';
import { type LinkName, linkNumbers, packetOf, pcapOf } from './support/capture-writer.ts';
import { ConnectionScript } from './support/connection-script.ts';
import { onlyOne, readAll } from './support/read-all.ts';

const four = new ConnectionScript().upgrade().closeFrames('server').finish('server');
const six = new ConnectionScript({
  client: { address: '2001:db8:0:0:0:0:0:1', port: 40_000 },
  server: { address: 'fe80:0:0:0:1:0:0:2', port: 443 },
})
  .upgrade()
  .closeFrames('server')
  .finish('server');

describe('a packet', () => {
  for (const link of Object.keys(linkNumbers) as LinkName[]) {
    it(`is found behind the header of ${link}, with IPv4 and with IPv6`, () => {
      const segments = [...four.segments, ...six.segments];
      const file = pcapOf(
        segments.map((segment) => packetOf(segment, link)),
        { link },
      );
      const { connections, summary } = readAll(file);
      expect(summary.problems).toEqual([]);
      expect(summary.otherPackets).toBe(0);
      expect(connections.map(({ client }) => client)).toEqual([
        { address: '10.0.0.1', port: 50_000 },
        { address: '2001:db8::1', port: 40_000 },
      ]);
      expect(connections.map(({ server }) => server.address)).toEqual([
        '10.0.0.2',
        'fe80::1:0:0:2',
      ]);
      expect(connections.map(({ zeek }) => zeek.state)).toEqual(['SF', 'SF']);
    });
  }

  it('of another protocol is counted and left alone', () => {
    const arp = Buffer.concat([Buffer.alloc(12), Buffer.from([0x08, 0x06]), Buffer.alloc(28)]);
    const { connections, summary } = readAll(pcapOf([{ at: 1, bytes: arp }]));
    expect(connections).toEqual([]);
    expect(summary).toMatchObject({ packets: 1, tcpPackets: 0, otherPackets: 1, problems: [] });
  });

  it('keeps its payload apart from the padding of a short Ethernet frame', () => {
    const segments = new ConnectionScript().upgrade().fin('client').segments;
    const padded = segments.map((segment) => {
      const { at, bytes } = packetOf(segment);
      return { at, bytes: Buffer.concat([bytes, Buffer.alloc(6)]) };
    });
    const connection = onlyOne(readAll(pcapOf(padded)).connections);
    expect(connection.webSocket).toBe(true);
    expect(connection.sides.client.gaps).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { packetOf, pcapOf } from './support/capture-writer.ts';
import { type By, ConnectionScript, flag } from './support/connection-script.ts';
import { onlyOne, readAll, readSegments } from './support/read-all.ts';

const roles = ['client', 'server'] as const;
const other = (by: By) => (by === 'client' ? 'server' : 'client');

describe('the FINs of a connection', () => {
  for (const by of roles) {
    it(`tell that the ${by} was first: the other's acknowledges it`, () => {
      const { sides, endedAt } = readSegments(new ConnectionScript().open().finish(by).segments);
      expect(sides[by].fin).toMatchObject({ hadPeerFin: false, count: 1 });
      expect(sides[other(by)].fin).toMatchObject({ hadPeerFin: true, count: 1 });
      expect(endedAt).not.toBeNull();
    });

    it(`tell so too if the capture shows the other FIN before the ${by}'s`, () => {
      const { segments } = new ConnectionScript().open().fin(by).fin(other(by)).ack(by);
      const [syn, synAck, ack, first, second, last] = segments;
      const swapped = [syn, synAck, ack, second, first, last].filter((one) => one !== undefined);
      const { sides } = readSegments(swapped);
      expect(sides[by].fin?.hadPeerFin).toBe(false);
      expect(sides[other(by)].fin?.hadPeerFin).toBe(true);
    });

    it(`are counted when the ${by} sends its own again`, () => {
      const script = new ConnectionScript().open().fin(by).wait(200).again().wait(400).again();
      const side = readSegments(script.segments).sides[by];
      expect(side.fin).toMatchObject({ count: 3, ackedAt: null });
      expect(side.retransmissions).toBe(2);
    });
  }

  it('have crossed if neither acknowledges the other', () => {
    const script = new ConnectionScript().open();
    const { segments } = script;
    script.fin('client');
    const fin = segments.at(-1);
    // The server sends its own before the client's arrives.
    script.send('server', {
      flags: flag.fin | flag.ack,
      acknowledgment: fin?.sequence ?? 0,
    });
    script.ack('client').ack('server');
    const { sides, endedAt } = readSegments(segments);
    expect(sides.client.fin?.hadPeerFin).toBe(false);
    expect(sides.server.fin?.hadPeerFin).toBe(false);
    expect(endedAt).not.toBeNull();
  });

  it('leave open who was first if the only one acknowledges a byte more than was seen', () => {
    const { segments } = new ConnectionScript().open().finish('client');
    const withoutFirst = segments.filter((_, index) => index !== 3);
    expect(readSegments(withoutFirst).sides.server.fin?.hadPeerFin).toBe('unknown');
  });
});

describe('a sequence number', () => {
  it('may wrap around in the middle of a message, and between FIN and its acknowledgment', () => {
    for (const sequence of [0xffffffff, 0xfffffff0, 0xffffff00, 0x7ffffff0]) {
      const script = new ConnectionScript({ sequence }).upgrade();
      for (let count = 0; count < 20; count += 1) script.frame('client', {}).frame('server', {});
      const { sides, endedAt } = readSegments(script.finish('client').segments);
      expect(sides.client).toMatchObject({ gaps: 0, retransmissions: 0 });
      expect(sides.client.frames.text).toBe(20);
      expect(sides.server.frames.text).toBe(20);
      expect(sides.client.fin?.hadPeerFin).toBe(false);
      expect(endedAt).not.toBeNull();
    }
  });
});

describe('segments that are not simply the next', () => {
  it('count as retransmissions if sent again, as duplicates if captured twice', () => {
    const script = new ConnectionScript().upgrade().frame('client', {});
    const again = script.segments.findIndex(({ payload }) => payload.length > 0);
    script.again(again);
    const twice = script.segments.at(-2);
    const side = readSegments([...script.segments, ...(twice === undefined ? [] : [twice])]);
    expect(side.sides.client.retransmissions).toBe(1);
    expect(side.sides.client.frames.text).toBe(1);

    const copied = script.segments.slice(0, -1).flatMap((segment) => [segment, segment]);
    const { sides } = readSegments(copied);
    expect(sides.client.retransmissions + sides.server.retransmissions).toBe(0);
    expect(sides.client.duplicates).toBeGreaterThan(0);
    expect(sides.client.frames.text).toBe(1);
  });

  it('are put into order, and are no retransmission if they come within 3 ms', () => {
    const script = new ConnectionScript().upgrade();
    script.data('client', Buffer.from([0x81, 0x85, 0, 0]));
    script.data('client', Buffer.from([0, 0, 1, 2]));
    script.data('client', Buffer.from([3, 4, 5]));
    const last = script.segments.slice(-3);
    const before = script.segments.slice(0, -3);
    const { sides } = readSegments([...before, ...last.toReversed()].map(sameTime(before.length)));
    expect(sides.client.frames.text).toBe(1);
    expect(sides.client).toMatchObject({ retransmissions: 0, gaps: 0 });
    expect(sides.client.outOfOrder).toBeGreaterThan(0);
  });

  it('are retransmissions if they fill a hole after longer than that', () => {
    const script = new ConnectionScript().upgrade();
    script.data('client', Buffer.from([0x81, 0x82, 0, 0]));
    script.data('client', Buffer.from([0, 0, 1, 2]));
    const first = script.segments.at(-2);
    const rest = script.segments.filter((segment) => segment !== first);
    const late = first === undefined ? [] : [{ ...first, at: first.at + 300 }];
    const { sides } = readSegments([...rest, ...late]);
    expect(sides.client).toMatchObject({ retransmissions: 1, outOfOrder: 0, gaps: 0 });
    expect(sides.client.frames.text).toBe(1);
  });

  it('may overlap what is known already: only the new part is read', () => {
    const script = new ConnectionScript().upgrade();
    script.data('server', Buffer.from([0x81, 0x03, 0x61]));
    const start = script.segments.at(-1);
    script.send('server', {
      sequence: start?.sequence ?? 0,
      payload: Buffer.from([0x81, 0x03, 0x61, 0x62, 0x63, 0x89, 0x00]),
    });
    const { sides } = readSegments(script.segments);
    expect(sides.server.frames).toMatchObject({ text: 1, ping: 1 });
    expect(sides.server.gaps).toBe(0);
  });
});

/** Gives the segments from `index` on one time, so that their order in the file is all that differs. */
function sameTime<T extends { at: number }>(from: number) {
  return (segment: T, index: number): T =>
    index < from ? segment : { ...segment, at: 1_700_000_000_100 };
}

describe('bytes that are not in the capture', () => {
  it('inside the payload of a frame do not disturb: the length is known', () => {
    const script = new ConnectionScript().upgrade();
    const message = Buffer.concat([Buffer.from([0x82, 126, 0x0b, 0xb8]), Buffer.alloc(3000)]);
    for (const at of [0, 1000, 2000]) script.data('server', message.subarray(at, at + 1000));
    script.data('server', message.subarray(3000)).ack('client').wait(2000).frame('server', {});
    const lost = script.segments.filter(
      ({ payload }) => payload.length !== 1000 || payload[0] === 0x82,
    );
    const { sides } = readSegments(lost);
    expect(sides.server.frames).toMatchObject({ binary: 1, text: 1 });
    expect(sides.server).toMatchObject({ gaps: 1, lostBytes: 2000, unknownFrom: null });
  });

  it('that hold a frame header end what is known, until frames are recognised again', () => {
    const script = new ConnectionScript().upgrade().frame('server', {});
    script
      .data('server', Buffer.from([0x81, 0x02, 0x61, 0x62]))
      .ack('client')
      .wait(2000);
    const lost = script.segments.at(-2);
    script.frame('server', {}).frame('server', {});
    const { sides, webSocket } = readSegments(script.segments.filter((one) => one !== lost));
    expect(webSocket).toBe(true);
    expect(sides.server.frames.text).toBe(3);
    expect(sides.server).toMatchObject({ gaps: 1, lostBytes: 4 });
    expect(sides.server.unknownFrom).not.toBeNull();
  });

  it('at the very end are known from their acknowledgment', () => {
    const script = new ConnectionScript().upgrade().data('server', 'x'.repeat(100));
    const lost = script.segments.at(-1);
    script.ack('client');
    const { sides } = readSegments(script.segments.filter((one) => one !== lost));
    expect(sides.server).toMatchObject({ gaps: 1, lostBytes: 100 });
  });

  for (const by of roles) {
    it(`of the ${by} escaped the capture if they were acknowledged`, () => {
      const script = new ConnectionScript().upgrade().frame(by, {}).closeFrames(by).finish(by);
      expect(readSegments(script.segments).captureLost).toBe(false);
      const close = script.segments.findIndex((one) => one.payload[0] === 0x88);
      const connection = readSegments(script.segments.toSpliced(close, 1));
      expect(connection.captureLost).toBe(true);
      expect(connection.sides[by].lostByCapture).toBe(true);
      expect(connection.sides[other(by)].lostByCapture).toBe(false);
    });

    it(`of the ${by} did so too if all that they hold is its FIN`, () => {
      const script = new ConnectionScript().open().fin(by).ack(other(by));
      const connection = readSegments(script.segments.toSpliced(-2, 1));
      expect(connection.sides[by]).toMatchObject({ fin: null, lostByCapture: true });
    });

    it(`of the ${by} may have been lost on the way if nobody acknowledged them`, () => {
      const script = new ConnectionScript().upgrade().data(by, 'a');
      const lost = lastOf(script);
      script.data(by, 'b').send(other(by), { acknowledgment: lost.sequence });
      const connection = readSegments(script.segments.filter((one) => one !== lost));
      expect(connection.sides[by]).toMatchObject({ gaps: 1, lostByCapture: false });
      expect(connection.captureLost).toBe(false);
    });
  }

  it('are counted as cut, not as lost, where the snaplen cut them', () => {
    const script = new ConnectionScript().upgrade();
    const before = script.segments.length;
    script.frame('client', { payload: Buffer.alloc(1000), opcode: 2 }).frame('client', {});
    const packets = script.segments.map((segment, index) => {
      const packet = packetOf(segment);
      if (index < before) return packet;
      return { ...packet, bytes: packet.bytes.subarray(0, 96), wireLength: packet.bytes.length };
    });
    const { sides } = onlyOne(readAll(pcapOf(packets)).connections);
    expect(sides.client.frames).toMatchObject({ binary: 1, text: 1 });
    expect(sides.client).toMatchObject({ truncated: true, gaps: 0, unknownFrom: null });
  });
});

describe('a capture of one direction only', () => {
  for (const by of roles) {
    it(`gives what the ${by} sent, and says that the other side is missing`, () => {
      const script = new ConnectionScript().upgrade().frame(by, {}).closeFrames(by).finish(by);
      const connection = readSegments(script.segments.filter((segment) => segment.by === by));
      expect(connection.seen).toBe(by);
      expect(connection.sides[by].frames).toMatchObject({ text: 1, close: 1 });
      expect(connection.sides[by].closeFrame?.hadPeerClose).toBe('unknown');
      expect(connection.sides[by].fin).not.toBeNull();
    });
  }
});

describe('a probe', () => {
  it('of a keep-alive is counted, and is no retransmission', () => {
    const script = new ConnectionScript().upgrade().frame('server', {}).wait(10_000);
    const next = script.segments.at(-1)?.sequence ?? 0;
    for (let count = 0; count < 3; count += 1) {
      script.segments.push({
        ...lastOf(script),
        by: 'client',
        sequence: next - 1,
        at: script.now + count * 1000,
      });
    }
    const { sides } = readSegments(script.segments);
    expect(sides.client).toMatchObject({ keepAliveProbes: 3, retransmissions: 0 });
  });

  it('of a zero window is not taken for a keep-alive', () => {
    const script = new ConnectionScript().upgrade().send('server', { window: 0 });
    const next = script.segments.findLast(({ by }) => by === 'client');
    script.segments.push({
      ...lastOf(script),
      by: 'client',
      sequence: (next?.sequence ?? 0) + (next?.payload.length ?? 0) - 1,
      window: 500,
      at: script.now + 200,
    });
    const { sides } = readSegments(script.segments);
    expect(sides.client.keepAliveProbes).toBe(0);
    expect(sides.server).toMatchObject({ zeroWindows: 1, zeroWindowAtEnd: true });
  });
});

function lastOf(script: ConnectionScript) {
  const last = script.segments.at(-1);
  if (last === undefined) throw new Error('the script is empty');
  return last;
}

describe('ports that are used again', () => {
  it('while the old connection is in TIME-WAIT make a new connection, with the time between', () => {
    const old = new ConnectionScript().open().finish('client');
    const next = new ConnectionScript({ at: old.now + 5000, sequence: 900_000 }).open();
    const { connections } = readAll(
      pcapOf([...old.segments, ...next.segments].map((segment) => packetOf(segment))),
    );
    expect(connections.map(({ reportedBecause }) => reportedBecause)).toEqual([
      'ended',
      'capture-ended',
    ]);
    expect(connections[1]?.sinceLastUse).toBeCloseTo(5001, 0);
    expect(connections[0]?.sinceLastUse).toBeNull();
  });

  it('without an end of the old connection say that it was given up', () => {
    const old = new ConnectionScript().open();
    const next = new ConnectionScript({ at: old.now + 5000, sequence: 900_000 }).open();
    const { connections } = readAll(
      pcapOf([...old.segments, ...next.segments].map((segment) => packetOf(segment))),
    );
    expect(connections.map(({ reportedBecause }) => reportedBecause)).toEqual([
      'reused',
      'capture-ended',
    ]);
  });

  it('are not used again by a SYN that is only retransmitted', () => {
    const script = new ConnectionScript().send('client', { flags: flag.syn }).wait(1000).again();
    const connection = readSegments(script.segments);
    expect(connection.sides.client.retransmissions).toBe(1);
    expect(connection.zeek).toEqual({ state: 'S0', history: 'ST' });
  });
});

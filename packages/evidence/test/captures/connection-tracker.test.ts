import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/captures/capture-reader.ts';
import type { CapturedConnection } from '../../src/captures/captured-connection.ts';
import { packetOf, pcapOf } from './support/capture-writer.ts';
import { ConnectionScript, flag, type Segment } from './support/connection-script.ts';
import { readAll } from './support/read-all.ts';

function many(count: number, script: (index: number) => ConnectionScript): Segment[] {
  const connections = Array.from({ length: count }, (_, index) => script(index).segments);
  return connections.flat().sort((a, b) => a.at - b.at);
}

const client = (index: number) => ({
  address: `10.${index >> 16}.${(index >> 8) & 0xff}.${index & 0xff}`,
  port: 1024 + (index % 60_000),
});

describe('a tracker', () => {
  it('keeps 5,000 interleaved connections apart and reports each once', () => {
    const segments = many(5000, (index) =>
      new ConnectionScript({ client: client(index), at: 1_700_000_000_000 + index })
        .upgrade()
        .frame('client', {})
        .finish('server'),
    );
    const { connections } = readAll(pcapOf(segments.map((segment) => packetOf(segment))));
    expect(connections.map(({ index }) => index)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
    expect(new Set(connections.map((one) => one.client.address)).size).toBe(5000);
    for (const { sides, zeek } of connections) {
      expect(zeek.state).toBe('SF');
      expect(sides.client.frames.text).toBe(1);
    }
  });

  it('keeps 17,000 open ones apart, which is more than a block of slots holds', () => {
    const segments = many(17_000, (index) =>
      new ConnectionScript({ client: client(index), at: 1_700_000_000_000 + index })
        .open()
        .data('client', Buffer.alloc(1 + (index % 100))),
    );
    const { connections } = readAll(pcapOf(segments.map((segment) => packetOf(segment))));
    expect(connections.map(({ index, sides }) => [index, sides.client.payloadBytes])).toEqual(
      Array.from({ length: 17_000 }, (_, index) => [index, 1 + (index % 100)]),
    );
  });

  it('reports an ended connection while the capture goes on', () => {
    const script = new ConnectionScript().open().finish('client');
    const ended: number[] = [];
    const reader = new CaptureReader({
      linger: 1000,
      onConnection: ({ index }) => ended.push(index),
    });
    reader.feed(pcapOf(script.segments.map((segment) => packetOf(segment))));
    expect(ended).toEqual([]);
    // Another connection's packets, later than the linger: 256 of them, for one look at the clock.
    const later = new ConnectionScript({ client: client(7), at: script.now + 5000 }).open();
    for (let count = 0; count < 256; count += 1) later.ack('server');
    reader.feed(pcapOf(later.segments.map((segment) => packetOf(segment))).subarray(24));
    expect(ended).toEqual([0]);
    expect(reader.end().connections).toBe(2);
  });

  it('never tracks more connections than it may, and says how many it gave up', () => {
    const segments = many(1000, (index) =>
      new ConnectionScript({ client: client(index), at: 1_700_000_000_000 + index }).send(
        'client',
        { flags: flag.syn },
      ),
    );
    const { connections, summary } = readAll(pcapOf(segments.map((segment) => packetOf(segment))), {
      maxConnections: 100,
    });
    expect(connections).toHaveLength(1000);
    expect(connections.filter((one) => one.reportedBecause === 'evicted')).toHaveLength(900);
    expect(summary.problems).toContainEqual(expect.objectContaining({ count: 900 }));
  });

  it('tells up to when it has looked for more packets of a connection', () => {
    const open = new ConnectionScript().open();
    const openAt = open.segments.at(-1)?.at ?? 0;
    const stranger = new ConnectionScript({ client: client(7), at: open.now + 5000 }).open();
    const until = stranger.segments.at(-1)?.at ?? 0;
    const { connections } = readAll(
      pcapOf([...open.segments, ...stranger.segments].map((segment) => packetOf(segment))),
    );
    const [first] = connections;
    expect(first).toMatchObject({ lastPacketAt: openAt, observedUntil: until });

    const again = new ConnectionScript({ at: open.now + 9000, sequence: 900_000 }).open();
    const reused = readAll(
      pcapOf([...open.segments, ...again.segments].map((segment) => packetOf(segment))),
    );
    expect(reused.connections[0]).toMatchObject({
      lastPacketAt: openAt,
      observedUntil: again.segments[0]?.at,
    });
  });

  it('keeps the events of the connection that is watched, with roles and times', () => {
    const segments = many(3, (index) =>
      new ConnectionScript({ client: client(index), at: 1_700_000_000_000 + index * 1000 })
        .upgrade()
        .frame('client', {})
        .closeFrames('server', 1001)
        .finish('server'),
    );
    const { connections } = readAll(pcapOf(segments.map((segment) => packetOf(segment))), {
      watch: 1,
    });
    expect(connections.map(({ events }) => events === null)).toEqual([true, false, true]);
    const events = connections[1]?.events ?? [];
    expect(events.map(({ by, kind }) => `${by} ${kind}`)).toEqual([
      'client syn',
      'server syn-ack',
      'client request',
      'server response',
      'client frame',
      'server close-frame',
      'client close-frame',
      'server fin',
      'client fin',
    ]);
    expect(events[0]?.at).toBe(1_700_000_001_000);
    expect(events[5]?.text).toBe('1001');
  });

  it('tells of bytes that are neither frames nor heads by their number', () => {
    const script = new ConnectionScript().open().exchange('client', 'EHLO there');
    const file = pcapOf(script.segments.map((segment) => packetOf(segment)));
    const events = readAll(file, { watch: 0 }).connections[0]?.events ?? [];
    expect(events.map(({ kind, text }) => `${kind} ${text}`.trim())).toEqual([
      'syn',
      'syn-ack',
      'data 10 bytes',
    ]);
  });
});

describe('events of frames', () => {
  it('names a reserved opcode by its number', () => {
    const script = new ConnectionScript().upgrade().frame('client', { opcode: 0xb });
    const file = pcapOf(script.segments.map((segment) => packetOf(segment)));
    const events = readAll(file, { watch: 0 }).connections[0]?.events ?? [];
    expect(events.at(-1)?.text).toMatch(/^reserved opcode 11, \d+ bytes$/);
  });
});

describe('up to when a connection was looked at, over several files', () => {
  const one = new ConnectionScript().upgrade().fin('client').ack('server');
  const last = one.segments.at(-1)?.at ?? 0;

  it.each([
    ['goes on where they follow each other', 3000, last + 3000 + 2],
    ['ends where nobody looked for a while', 86_400_000, last],
  ])('it %s', (_, pause, expected) => {
    const client = { address: '10.9.9.9', port: 1 };
    const other = new ConnectionScript({ at: last + pause, client }).open();
    const found: CapturedConnection[] = [];
    const reader = new CaptureReader({ onConnection: (record) => void found.push(record.read()) });
    for (const { segments } of [one, other]) {
      reader.beginFile('one of a series');
      reader.feed(pcapOf(segments.map((segment) => packetOf(segment))));
    }
    reader.end();
    expect(found.find(({ index }) => index === 0)?.observedUntil).toBe(expected);
  });
});

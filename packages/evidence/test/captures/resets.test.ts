import { describe, expect, it } from 'vitest';
import { ConnectionScript, flag } from './support/connection-script.ts';
import { readSegments } from './support/read-all.ts';

describe('an RST', () => {
  it('with the expected sequence number ends the connection', () => {
    const { sides, endedAt } = readSegments(
      new ConnectionScript().upgrade().rst('server').segments,
    );
    expect(sides.server.reset).toMatchObject({ validity: 'exact', sequenceOffset: 0, count: 1 });
    expect(endedAt).not.toBeNull();
  });

  it('elsewhere in the window is one that RFC 5961 answers with a challenge', () => {
    const script = new ConnectionScript().upgrade();
    const next = script.segments.findLast(({ by }) => by === 'client')?.acknowledgment ?? 0;
    const { sides } = readSegments(script.rst('server', { sequence: next + 77 }).segments);
    expect(sides.server.reset).toMatchObject({ validity: 'in-window', sequenceOffset: 77 });
  });

  it('outside the window is ignored: the connection goes on', () => {
    const script = new ConnectionScript().upgrade();
    const next = script.segments.findLast(({ by }) => by === 'client')?.acknowledgment ?? 0;
    script.rst('server', { sequence: (next - 1000) >>> 0 }).frame('client', {});
    const { sides, endedAt } = readSegments(script.segments);
    expect(sides.server.reset?.validity).toBe('outside-window');
    expect(endedAt).toBeNull();
    expect(sides.client.frames.text).toBe(1);
  });

  it('that is ignored is told of, also where one that counts follows', () => {
    const script = new ConnectionScript().send('client', { flags: flag.syn });
    script.rst('server', { sequence: 0, acknowledgment: 1000, ttl: 46 });
    const before = readSegments(script.segments).sides.server;
    expect(before.ignoredReset).toEqual({ ttl: 46, wentOn: false });
    script
      .send('server', { flags: flag.syn | flag.ack })
      .ack('client')
      .exchange('server', 'x');
    const { server } = readSegments(script.rst('server').segments).sides;
    expect(server.ignoredReset).toEqual({ ttl: 46, wentOn: true });
    expect(server.reset).toMatchObject({ ttl: 128, validity: 'exact' });
  });

  it('that counts is no such one', () => {
    const { server } = readSegments(new ConnectionScript().upgrade().rst('server').segments).sides;
    expect(server.ignoredReset).toBeNull();
  });

  it('keeps its oddities: TTL, window, acknowledgment flag, data', () => {
    const script = new ConnectionScript().upgrade();
    script.rst('client', { ttl: 33, window: 8192, flags: flag.rst, payload: Buffer.alloc(7) });
    const { sides } = readSegments(script.segments);
    expect(sides.client.ttl).toEqual([64, 64]);
    expect(sides.client.reset).toMatchObject({
      ttl: 33,
      window: 8192,
      hasAck: false,
      dataBytes: 7,
    });
  });

  it('in answer to a SYN is a refusal, if it acknowledges the SYN', () => {
    const script = new ConnectionScript().send('client', { flags: flag.syn });
    const { sides, zeek, endedAt } = readSegments(script.rst('server', { sequence: 0 }).segments);
    expect(sides.server.reset?.validity).toBe('exact');
    expect(zeek).toEqual({ state: 'REJ', history: 'Sr' });
    expect(endedAt).not.toBeNull();
  });

  it('that was captured twice counts once', () => {
    const { segments } = new ConnectionScript().upgrade().rst('server');
    const last = segments.at(-1);
    const { sides } = readSegments([...segments, ...(last === undefined ? [] : [last])]);
    expect(sides.server.reset?.count).toBe(1);
    expect(sides.server.duplicates).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { CapturedSide } from '../../src/captures/captured-connection.ts';
import {
  type By,
  ConnectionScript,
  closeBytes,
  type Frame,
  frameBytes,
} from './support/connection-script.ts';
import { readSegments } from './support/read-all.ts';

/** What `by` sent after the opening handshake, in one segment, seen from the capture. */
function sideOf(by: By, ...frames: Uint8Array[]): CapturedSide {
  const script = new ConnectionScript().upgrade().data(by, Buffer.concat(frames));
  return readSegments(script.segments).sides[by];
}

const masked = (frame: Partial<Frame>) => frameBytes({ masked: true, ...frame });
const sections = (side: CapturedSide) =>
  side.violations.map(({ section, what }) => `${section} ${what}`);

describe('the frames of a connection', () => {
  it('are counted by opcode and direction, whatever their length', () => {
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]) {
      const payload = Buffer.alloc(length, 0x61);
      const side = sideOf('client', masked({ payload }), masked({ opcode: 2, payload }));
      expect(side.frames).toEqual({
        text: 1,
        binary: 1,
        continuation: 0,
        ping: 0,
        pong: 0,
        close: 0,
        other: 0,
      });
      expect(side.violations).toEqual([]);
    }
  });

  it('may have control frames between the fragments of a message', () => {
    const side = sideOf(
      'server',
      frameBytes({ fin: false }),
      frameBytes({ opcode: 0x9 }),
      frameBytes({ opcode: 0x0, fin: false }),
      frameBytes({ opcode: 0xa }),
      frameBytes({ opcode: 0x0 }),
    );
    expect(side.frames).toMatchObject({ text: 1, continuation: 2, ping: 1, pong: 1 });
    expect(side.violations).toEqual([]);
  });

  it('may be cut anywhere by the segments', () => {
    const bytes = Buffer.concat([
      masked({ payload: Buffer.alloc(300) }),
      masked({ opcode: 0x9, payload: Buffer.from('are you there') }),
      closeBytes({ masked: true, code: 4001, reason: 'déjà vu' }),
    ]);
    for (const step of [1, 2, 3, 5, 13]) {
      const script = new ConnectionScript().upgrade();
      for (let at = 0; at < bytes.length; at += step) {
        script.data('client', bytes.subarray(at, at + step));
      }
      const { client } = readSegments(script.segments).sides;
      expect(client.frames).toMatchObject({ text: 1, ping: 1, close: 1 });
      expect(client.closeFrame).toMatchObject({ statusCode: 4001, reason: 'déjà vu' });
    }
  });

  it('are counted as compressed where the extension was agreed on', () => {
    const script = new ConnectionScript()
      .upgrade(['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover'])
      .frame('server', { reserved: 0x4 });
    const { handshake, sides } = readSegments(script.segments);
    expect(handshake?.extensions).toBe('permessage-deflate; server_no_context_takeover');
    expect(sides.server).toMatchObject({ compressedFrames: 1, violations: [] });
  });

  it('say when the last ping and pong came', () => {
    const script = new ConnectionScript().upgrade();
    const first = script.frame('server', { opcode: 0x9 }).now;
    script.wait(30_000).frame('server', { opcode: 0x9 }).frame('client', { opcode: 0xa });
    const { sides } = readSegments(script.segments);
    expect(sides.server.firstPingAt).toBe(first - 2);
    expect((sides.server.lastPingAt ?? 0) - (sides.server.firstPingAt ?? 0)).toBe(30_002);
    expect(sides.client.lastPongAt).toBe((sides.server.lastPingAt ?? 0) + 2);
  });
});

describe('a Close frame', () => {
  for (const by of ['client', 'server'] as const) {
    const other = by === 'client' ? 'server' : 'client';
    it(`of the ${by} first is answered by one that acknowledges it`, () => {
      const { sides } = readSegments(
        new ConnectionScript().upgrade().closeFrames(by, 1001).segments,
      );
      expect(sides[by].closeFrame).toMatchObject({ statusCode: 1001, hadPeerClose: false });
      expect(sides[other].closeFrame).toMatchObject({ statusCode: 1001, hadPeerClose: true });
    });

    it(`of the ${by} without a code has none`, () => {
      const side = sideOf(by, closeBytes({ masked: by === 'client', code: null }));
      expect(side.closeFrame).toMatchObject({ statusCode: null, reason: '' });
    });
  }

  it('may cross the other one: neither acknowledges the other', () => {
    const script = new ConnectionScript().upgrade();
    const received = script.segments.at(-1)?.sequence ?? 0;
    script.data('client', closeBytes({ masked: true, code: 1000 }));
    script.send('server', {
      payload: closeBytes({ masked: false, code: 1001 }),
      acknowledgment: received,
    });
    const { sides } = readSegments(script.segments);
    expect(sides.client.closeFrame?.hadPeerClose).toBe(false);
    expect(sides.server.closeFrame?.hadPeerClose).toBe(false);
  });

  it('tells with the FIN behind it whether the reply had come', () => {
    const early = new ConnectionScript().upgrade();
    early.data('client', closeBytes({ masked: true, code: 1000 })).fin('client');
    const polite = new ConnectionScript().upgrade().closeFrames('client').fin('server');
    expect(readSegments(early.segments).sides.client.fin?.hadPeerClose).toBe(false);
    expect(readSegments(polite.segments).sides.server.fin?.hadPeerClose).toBe(true);
  });

  it('begins the end: the last payload before it is remembered', () => {
    const script = new ConnectionScript().upgrade().frame('client', {});
    const lastDataAt = script.now - 2;
    script.wait(60_000).closeFrames('server', 1001);
    const { endBeganAt, lastDataBeforeEndAt } = readSegments(script.segments);
    expect(lastDataBeforeEndAt).toBe(lastDataAt);
    expect((endBeganAt ?? 0) - (lastDataBeforeEndAt ?? 0)).toBe(60_002);
  });
});

describe('what RFC 6455 forbids', () => {
  const cases: readonly (readonly [string, By, Uint8Array[]])[] = [
    ['5.1 a frame from the client was not masked', 'client', [frameBytes({})]],
    ['5.1 a frame from the server was masked', 'server', [masked({})]],
    ['5.2 a reserved bit was set that no extension explains', 'client', [masked({ reserved: 4 })]],
    [
      '5.2 a length was not encoded in the fewest bytes',
      'server',
      [Uint8Array.from([0x81, 126, 0, 1, 0x61])],
    ],
    [
      '5.2 the first bit of a 64-bit length was set',
      'server',
      [Uint8Array.from([0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 0])],
    ],
    ['5.2 a reserved opcode was used', 'client', [masked({ opcode: 0x3 })]],
    [
      '5.4 a continuation frame came without a message to continue',
      'client',
      [masked({ opcode: 0 })],
    ],
    [
      '5.4 a new message began before the fragmented one had ended',
      'client',
      [masked({ fin: false }), masked({})],
    ],
    ['5.5 a control frame was fragmented', 'client', [masked({ opcode: 0x9, fin: false })]],
    [
      '5.5 a control frame had more than 125 bytes of payload',
      'client',
      [masked({ opcode: 0x9, payload: Buffer.alloc(126) })],
    ],
    [
      '5.5.1 a Close frame had a payload of one byte',
      'server',
      [frameBytes({ opcode: 0x8, payload: Buffer.from([3]) })],
    ],
    [
      '5.5.1 a data frame followed the Close frame',
      'client',
      [closeBytes({ masked: true, code: 1000 }), masked({})],
    ],
    [
      '7.4 a Close frame had a status code that must not be sent',
      'client',
      [closeBytes({ masked: true, code: 1006 })],
    ],
    [
      '8.1 the reason of a Close frame was not UTF-8',
      'server',
      [frameBytes({ opcode: 0x8, payload: Buffer.from([3, 0xe8, 0xff, 0xfe]) })],
    ],
  ];
  for (const [violation, by, frames] of cases) {
    it(`is named by its section: ${violation}`, () => {
      expect(sections(sideOf(by, ...frames))).toEqual([violation]);
    });
  }

  it('does not include what follows a message that was compressed by agreement', () => {
    const script = new ConnectionScript()
      .upgrade(['Sec-WebSocket-Extensions: permessage-deflate'])
      .frame('client', { reserved: 4, fin: false })
      .frame('client', { opcode: 0 });
    expect(readSegments(script.segments).sides.client.violations).toEqual([]);
  });

  it('says how much was sent behind the Close frame', () => {
    const side = sideOf('client', closeBytes({ masked: true, code: 1000 }), masked({}));
    expect(side.afterCloseBytes).toBe(11);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closePayload, encodeFrame, takeFrame } from '../src/frame.ts';
import { upgradeRequest, upgradeResponse } from '../src/opening.ts';
import { type Effect, Player } from '../src/play.ts';
import type { Script, Step } from '../src/script.ts';

const utf8 = new TextEncoder();
const connected = { kind: 'connected' } as const;
const time = { kind: 'time' } as const;

function clientPlaying(steps: readonly Step[], reflexes: Script['reflexes'] = {}): Player {
  return new Player({ role: 'client', script: { name: 'test', steps, reflexes } });
}

function opened(player: Player, now = 0): Effect[] {
  player.play(connected, now);
  const response = upgradeResponse(upgradeRequest({ host: 'localhost' }));
  return player.play({ kind: 'bytes', bytes: utf8.encode(response) }, now).effects;
}

function sentFrames(effects: readonly Effect[]) {
  return effects.flatMap((effect) =>
    effect.do === 'send' ? [takeFrame(effect.bytes)?.frame] : [],
  );
}

function closeFrame(statusCode: number) {
  return {
    kind: 'bytes',
    bytes: encodeFrame({ opcode: 8, payload: closePayload(statusCode) }),
  } as const;
}

test('the accept value is the one of the example in RFC 6455 §1.3', () => {
  const response = upgradeResponse(
    'GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  expect(response).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

test('a client opens, waits for the answer and then sends its frame, masked', () => {
  const player = clientPlaying([
    { do: 'open' },
    { do: 'wait', for: 'handshake' },
    { do: 'frame', frame: { opcode: 1, payload: utf8.encode('hello') } },
  ]);
  expect(player.play(connected, 0).effects).toMatchObject([{ what: 'opening handshake' }]);
  expect(player.done).toBe(false);
  expect(sentFrames(opened(player))).toMatchObject([{ opcode: 1, masked: true }]);
  expect(player.done).toBe(true);
});

test('a well-behaved peer answers Close with the same code, once, and FIN with FIN', () => {
  const player = clientPlaying([{ do: 'open' }]);
  opened(player);
  expect(sentFrames(player.play(closeFrame(1001), 5).effects)).toMatchObject([
    { opcode: 8, payload: closePayload(1001) },
  ]);
  expect(player.play(closeFrame(1001), 6).effects).toEqual([]);
  expect(player.play({ kind: 'fin' }, 7).effects).toEqual([{ do: 'fin' }]);
});

test('a peer that sent Close itself does not answer the reply', () => {
  const player = clientPlaying([
    { do: 'open' },
    { do: 'wait', for: 'handshake' },
    { do: 'frame', frame: { opcode: 8, payload: closePayload(1000) } },
  ]);
  opened(player);
  expect(player.play(closeFrame(1000), 1).effects).toEqual([]);
});

test('reflexes set to never do nothing', () => {
  const player = clientPlaying([{ do: 'open' }], { close: 'never', fin: 'never', pong: 'never' });
  opened(player);
  expect(player.play(closeFrame(1000), 1).effects).toEqual([]);
  expect(player.play({ kind: 'bytes', bytes: encodeFrame({ opcode: 9 }) }, 2).effects).toEqual([]);
  expect(player.play({ kind: 'fin' }, 3).effects).toEqual([]);
});

test('a delayed pong is due at its time and not before', () => {
  const player = clientPlaying([{ do: 'open' }], { pong: 500 });
  opened(player);
  const ping = encodeFrame({ opcode: 9, payload: utf8.encode('p') });
  expect(player.play({ kind: 'bytes', bytes: ping }, 100)).toEqual({ effects: [], wakeAt: 600 });
  expect(player.play(time, 599)).toEqual({ effects: [], wakeAt: 600 });
  expect(sentFrames(player.play(time, 600).effects)).toMatchObject([{ opcode: 0xa }]);
});

test('a wait ends at its limit, with a note', () => {
  const player = clientPlaying([{ do: 'wait', for: 'close-frame', within: 200 }, { do: 'fin' }]);
  expect(player.play(connected, 0)).toEqual({ effects: [], wakeAt: 200 });
  expect(player.play(time, 200).effects).toEqual([
    { do: 'note', what: 'waited 200 ms for close-frame in vain' },
    { do: 'fin' },
  ]);
});

test('a drip sends one byte a tick', () => {
  const player = clientPlaying([{ do: 'drip', bytes: Uint8Array.of(1, 2, 3), every: 1000 }]);
  expect(player.play(connected, 0)).toEqual({ effects: [], wakeAt: 1000 });
  const sent = [1000, 2000, 3000, 4000].map((now) => player.play(time, now).effects.length);
  expect(sent).toEqual([1, 1, 1, 0]);
  expect(player.done).toBe(true);
});

test('however the stream is cut, the same frames are seen', () => {
  const stream = [
    utf8.encode(upgradeResponse(upgradeRequest({ host: 'localhost' }))),
    encodeFrame({ opcode: 1, payload: new Uint8Array(130) }),
    encodeFrame({ opcode: 9 }),
    encodeFrame({ opcode: 8, payload: closePayload(4000, 'bye') }),
  ].flatMap((part) => [...part]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 20 }), (cuts) => {
      const player = clientPlaying([{ do: 'open' }]);
      player.play(connected, 0);
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      edges.slice(1).forEach((edge, index) => {
        const bytes = Uint8Array.from(stream.slice(edges[index], edge));
        player.play({ kind: 'bytes', bytes }, 0);
      });
      expect(player.seen.map(({ what }) => what)).toEqual([
        'connected',
        'handshake',
        'message',
        'ping',
        'close-frame',
      ]);
    }),
  );
});

test('foreign bytes never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
      const player = clientPlaying([{ do: 'open' }]);
      player.play(connected, 0);
      for (const bytes of chunks) player.play({ kind: 'bytes', bytes }, 0);
      opened(player);
      for (const bytes of chunks) player.play({ kind: 'bytes', bytes }, 1);
    }),
  );
});

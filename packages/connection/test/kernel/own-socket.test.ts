import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { hasFailed, onlyFinIsUnread, tcpStateOf } from '../../src/kernel/own-socket.ts';

describeWith(['linux'], 'a socket of which only the FIN is unread', () => {
  test('is one whose peer ended the stream, before Node has read that', async () => {
    await using peer = await peerThat((socket) => socket.end());
    await vi.waitUntil(() => tcpStateOf(peer.other) === 'CLOSE-WAIT');
    expect(onlyFinIsUnread(peer.other)).toBe(true);
  });

  test('is not one that has a byte to read before the FIN, until it is read', async () => {
    await using peer = await peerThat((socket) => socket.end('x'));
    await vi.waitUntil(() => tcpStateOf(peer.other) === 'CLOSE-WAIT');
    expect(onlyFinIsUnread(peer.other)).toBe(false);
    peer.other.resume();
    await once(peer.other, 'data');
    expect(onlyFinIsUnread(peer.other)).toBe(true);
  });

  test('is not one whose peer has sent all and no FIN', async () => {
    await using peer = await peerThat((socket) => socket.write('x'));
    peer.other.resume();
    await once(peer.other, 'data');
    expect(onlyFinIsUnread(peer.other)).toBe(false);
  });

  test('is none that is closed', async () => {
    await using peer = await peerThat((socket) => socket.end());
    peer.other.destroy();
    expect(onlyFinIsUnread(peer.other)).toBe(false);
  });
});

describeWith(['linux'], 'a socket has failed', () => {
  test('once RST has come in', async () => {
    await using peer = await peerThat((socket) =>
      socket.on('data', () => socket.resetAndDestroy()),
    );
    peer.other.write('x');
    await vi.waitUntil(() => tcpStateOf(peer.other) === 'CLOSED');
    expect(hasFailed(peer.other)).toBe(true);
  });

  test('not by the FIN of its peer', async () => {
    await using peer = await peerThat((socket) => socket.end());
    await vi.waitUntil(() => tcpStateOf(peer.other) === 'CLOSE-WAIT');
    expect(hasFailed(peer.other)).toBe(false);
  });
});

/** A connection whose one end did something, and whose other has read nothing yet. */
async function peerThat(
  acts: (socket: Socket) => unknown,
): Promise<{ other: Socket } & AsyncDisposable> {
  const server = createServer(acts).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  const other = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true }).pause();
  await once(other, 'connect');
  const dispose = async (): Promise<void> => {
    other.destroy();
    server.close();
    await once(server, 'close');
  };
  return { other, [Symbol.asyncDispose]: dispose };
}

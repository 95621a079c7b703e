import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createSecureContext, TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { describeWith } from '../../../test/support/requires.ts';
import { closePayload } from '../src/frame.ts';
import { listen } from '../src/listen.ts';
import { connectRawPeer } from '../src/raw-peer.ts';
import { listenRawPeer } from '../src/raw-server.ts';
import type { Step } from '../src/script.ts';
import { type KeyAndCertificate, selfSigned } from '../src/self-signed.ts';
import { receivedBy } from '../src/tcp-info.ts';
import { seenByTheBook } from './support/scripted-peers.ts';

const open: readonly Step[] = [{ do: 'open' }, { do: 'wait', for: 'handshake' }];

async function listening(): Promise<{ port: number; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { port: address.port, server };
}

function stop(server: WebSocketServer): Promise<void> {
  for (const client of server.clients) client.terminate();
  return new Promise((resolve) => server.close(() => resolve()));
}

test('a raw client ends a connection with a ws server by the book', async () => {
  const { port, server } = await listening();
  const steps: Step[] = [
    ...open,
    { do: 'frame', frame: { opcode: 8, payload: closePayload(4001) } },
  ];
  await using peer = await connectRawPeer({ name: 'polite', steps }, { host: '127.0.0.1', port });
  await peer.ended;
  expect(peer.seen.find(({ what }) => what === 'close-frame')?.statusCode).toBe(4001);
  expect(peer.seen.map(({ what }) => what)).toEqual(seenByTheBook);
  await stop(server);
});

test('a raw server that never answers Close keeps a ws client waiting until it is reset', async () => {
  await using server = await listenRawPeer(() => ({
    name: 'mute',
    steps: [],
    reflexes: { close: 'never' },
  }));
  const client = new WebSocket(`ws://127.0.0.1:${server.port}`);
  await new Promise((resolve) => client.once('open', resolve));
  const closed = new Promise<number>((resolve) => client.once('close', resolve));
  client.close(1000);
  const [peer] = server.peers;
  await peer?.until((seen) => seen.some(({ what }) => what === 'close-frame'));
  expect(client.readyState).toBe(WebSocket.CLOSING);
  peer?.socket.resetAndDestroy();
  expect(await closed).toBe(1006);
});

test('a reset is seen with its errno', async () => {
  const steps: Step[] = [{ do: 'wait', for: 'handshake' }, { do: 'reset' }];
  await using server = await listenRawPeer(() => ({ name: 'resets', steps }));
  await using peer = await connectRawPeer(
    { name: 'plain', steps: open },
    { host: '127.0.0.1', port: server.port },
  );
  await peer.ended;
  expect(peer.seen.find(({ what }) => what === 'reset')?.errno).toBe('ECONNRESET');
});

describeWith(['linux'], 'what the event loop would tell wrong', () => {
  test('a reset right behind data is no FIN', async () => {
    const steps: Step[] = [
      { do: 'wait', for: 'handshake' },
      { do: 'open' },
      { do: 'frame', frame: { opcode: 1 } },
      { do: 'reset' },
    ];
    await using server = await listenRawPeer(() => ({ name: 'resets', steps }));
    await using peer = await connectRawPeer(
      { name: 'plain', steps: [{ do: 'open' }] },
      { host: '127.0.0.1', port: server.port },
    );
    await peer.ended;
    expect(peer.seen.map(({ what }) => what)).not.toContain('fin');
    expect(peer.seen.map(({ what }) => what)).toEqual(expect.arrayContaining(['message', 'reset']));
  });

  test('what had come when a wait was over has been in time, though it was read later', async () => {
    await using server = await listenRawPeer(() => ({ name: 'plain', steps: [] }));
    const arrived = server.next();
    await using peer = await connectRawPeer(
      { name: 'waits', steps: open },
      { host: '127.0.0.1', port: server.port },
    );
    await peer.played;
    peer.perform({ do: 'wait', for: 'message', within: 50 });
    const sender = await arrived;
    sender.perform({ do: 'frame', frame: { opcode: 1 } });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    await peer.finishedPlaying();
    expect(peer.transcript.filter(({ what }) => what.startsWith('waited'))).toEqual([]);
    expect(peer.seen.at(-1)?.what).toBe('message');
  });
});

test('a connection over TLS is made when TLS stands, and not when TCP does', async () => {
  const { key, cert } = selfSigned('localhost');
  let begunAt = Number.NaN;
  const server = createServer((tcp) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    begunAt = performance.now();
    const secureContext = createSecureContext({ key, cert });
    new TLSSocket(tcp, { isServer: true, secureContext }).on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using peer = await connectRawPeer(
    { name: 'silent', steps: [] },
    { host: '127.0.0.1', port, tls: { ca: cert, servername: 'localhost' } },
  );
  server.close();
  expect(peer.seen[0]).toMatchObject({ what: 'connected' });
  expect(peer.seen[0]?.at).toBeGreaterThan(begunAt - 10);
});

describeWith(['linux'], 'what is sent side by side', () => {
  test.each([
    ['TCP', undefined],
    ['TLS', selfSigned('localhost')],
  ])('arrives in one segment over %s', async (_, tls) => {
    await using server = await accepting(tls);
    await using peer = await connectRawPeer(
      { name: 'silent', steps: [] },
      {
        host: '127.0.0.1',
        port: server.port,
        ...(tls && { tls: { ca: tls.cert, servername: 'localhost' } }),
      },
    );
    const { socket, tcp } = await server.accepted;
    const before = receivedBy(tcp)?.dataSegments ?? Number.NaN;
    peer.perform(bytes('Close'), bytes(' and what'), bytes(' follows'));
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toBe('Close and what follows');
    expect(receivedBy(tcp)?.dataSegments).toBe(before + 1);
    socket.destroy();
  });

  test('is not held back by a FIN, nor a FIN by it', async () => {
    await using server = await accepting();
    await using peer = await connectRawPeer(
      { name: 'leaves', steps: [bytes('a'), bytes('b'), { do: 'fin' }] },
      { host: '127.0.0.1', port: server.port },
    );
    const { socket } = await server.accepted;
    expect(await text(socket)).toBe('ab');
    await peer.played;
    socket.destroy();
  });
});

function bytes(content: string): Step {
  return { do: 'bytes', bytes: new TextEncoder().encode(content) };
}

interface Accepted {
  readonly socket: Socket;
  /** The one below TLS. */
  readonly tcp: Socket;
}

/** A server that does nothing with its first connection. */
async function accepting(tls?: KeyAndCertificate) {
  const connections = new EventEmitter();
  const first = once(connections, 'accepted');
  const listener = await listen((socket, tcp) => connections.emit('accepted', { socket, tcp }), {
    host: '127.0.0.1',
    port: 0,
    tls,
  });
  return { ...listener, accepted: first.then(([sockets]): Accepted => sockets) };
}

describeWith(['linux', 'root'], 'vanish', () => {
  test('a peer that has vanished acknowledges nothing and hears nothing', async () => {
    const { port, server } = await listening();
    const connection = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
    await using peer = await connectRawPeer(
      { name: 'gone', steps: [...open, { do: 'vanish' }] },
      { host: '127.0.0.1', port },
    );
    await peer.played;
    const socket = await connection;
    const sent = peer.transcript.length;
    const flushed = new Promise((resolve) => socket.send('x', resolve));
    await flushed;
    socket.ping();
    socket.terminate();
    await new Promise((resolve) => server.close(resolve));
    expect(peer.transcript).toHaveLength(sent);
    expect(peer.seen.some(({ what }) => what === 'fin')).toBe(false);
  });
});

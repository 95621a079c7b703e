import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { knownPeer, peerText } from '../../src/kernel/addresses.ts';
import { lookUp, prepareLookup } from '../../src/kernel/exact-lookup.ts';

/** One connection: the accepted end, and the peer's. */
async function connected(listenOn: string, host: string) {
  const server = createServer({ allowHalfOpen: true }).listen(0, listenOn);
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const peer = connect({ port, host });
  const [accepted] = (await once(server, 'connection')) as [Socket];
  if (peer.connecting) await once(peer, 'connect');
  return {
    accepted,
    peer,
    async [Symbol.asyncDispose]() {
      accepted.destroy();
      peer.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const ways = [
  ['an IPv4 listener', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['an IPv4 listener, from another address', '0.0.0.0', '127.200.3.4', '127.0.0.1'],
  ['a dual-stack listener', '::', '127.0.0.1', '127.0.0.1'],
  ['an IPv6 listener', '::1', '::1', '::1'],
] as const;

describeWith(['linux'], 'the peer of a connection', () => {
  test.each(ways)('of %s is told by text, also after it has gone', async (...way) => {
    const [, listenOn, host, text] = way;
    await using both = await connected(listenOn, host);
    expect(peerText(both.accepted)).toBe(text);
    expect(text.includes(':') ? undefined : both.peer.localPort).toBe(portOf(both.accepted));
    both.accepted.destroy();
    await once(both.accepted, 'close');
    expect(peerText(both.accepted)).toBe(
      text.includes(':') ? (both.accepted.remoteAddress ?? '') : text,
    );
  });

  test('that was never asked for is nobody once the socket is gone', async () => {
    await using both = await connected('127.0.0.1', '127.0.0.1');
    both.accepted.destroy();
    expect(peerText(both.accepted)).toBe('');
  });

  test.each(ways)(
    'of %s is found in the kernel’s table, asked for by text or not',
    async (...way) => {
      const [, listenOn, host] = way;
      await using both = await connected(listenOn, host);
      const unknown = prepareLookup(both.accepted);
      peerText(both.accepted);
      const known = prepareLookup(both.accepted);
      expect(known).toEqual(unknown);
      expect(known && lookUp(known)).toBe('ESTABLISHED');
      both.accepted.resume().end();
      both.peer.resume();
      await vi.waitUntil(() => known && lookUp(known) === 'TIME-WAIT');
    },
  );
});

function portOf(socket: Socket): number | undefined {
  const known = knownPeer(socket);
  return known === undefined ? undefined : known % 0x1_0000;
}

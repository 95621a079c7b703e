import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';
import { shutDownNow, tcpStateOf } from '../src/kernel/own-socket.ts';
import { type FinOrder, type FinSent, sendFin } from '../src/send-fin.ts';

/** The peer's FIN was seen in the kernel, and Node has not read it. */
const last: FinOrder = { hasPeerFin: true, unsentBytes: 0, isWatched: true };

describeWith(['linux'], "FIN behind the peer's", () => {
  test('goes out, and the socket is closed', async () => {
    await using pair = await closeWaitPair();
    const { ours, peer } = pair;
    const sent: FinSent[] = [];
    expect(sendFin(ours, last, (fin) => sent.push(fin))).toBe(true);
    expect(sent).toEqual([{ hadPeerFin: true, wasReset: false, tcp: null }]);
    expect(ours.destroyed).toBe(true);
    peer.resume();
    await once(peer, 'end');
  });

  test('goes out before Node has read to the end of the stream', async () => {
    await using pair = await closeWaitPair();
    const sent: FinSent[] = [];
    expect(sendFin(pair.ours, { ...last, hasPeerFin: false }, (fin) => sent.push(fin))).toBe(true);
    expect(sent).toMatchObject([{ hadPeerFin: true, wasReset: false }]);
    expect(pair.ours.destroyed).toBe(false);
  });

  test('is not said to be sent where RST came in after it was seen', async () => {
    await using pair = await closeWaitPair();
    const { ours, peer } = pair;
    peer.resetAndDestroy();
    await vi.waitUntil(() => tcpStateOf(ours) === 'CLOSED');
    const sent: FinSent[] = [];
    expect(sendFin(ours, last, (fin) => sent.push(fin))).toBe(false);
    expect(sent).toEqual([]);
  });
});

/** The peer sent FIN, and keeps its socket. */
async function closeWaitPair(): Promise<{ ours: Socket; peer: Socket } & AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  const ours = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true }).pause();
  const [peer] = (await once(server, 'connection')) as [Socket];
  if (!shutDownNow(peer)) throw new Error('the peer sends FIN');
  await vi.waitUntil(() => tcpStateOf(ours) === 'CLOSE-WAIT');
  const dispose = async (): Promise<void> => {
    ours.destroy();
    peer.destroy();
    server.close();
    await once(server, 'close');
  };
  return { ours, peer, [Symbol.asyncDispose]: dispose };
}

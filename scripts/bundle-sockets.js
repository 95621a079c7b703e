// Sockets of a few kinds on the loopback, for `why` to look at while its code is kept.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Both ends of 24 connections: a third open, a third half-closed, a third in TIME-WAIT. Call it to end them. */
export async function openSockets() {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const sockets = [];
  for (let i = 0; i < 24; i += 1) {
    const client = connect(server.address());
    const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
    if (i % 3 > 0) client.end();
    if (i % 3 > 1) peer.end();
    if (i % 3 > 1) await once(client.resume(), 'close');
    sockets.push(client, peer);
  }
  return () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Leak extends AsyncDisposable {
  readonly port: number;
}

/**
 * A server in this process that never closes after the peer's FIN, and `count` clients that have sent
 * theirs: real CLOSE-WAITs. Resolves when the server has seen every FIN.
 */
export async function closeWaitLeak(count: number, host = '127.0.0.1'): Promise<Leak> {
  const held: Socket[] = [];
  const server = createServer({ allowHalfOpen: true });
  const allEnded = new Promise<void>((resolve) => {
    let ended = 0;
    server.on('connection', (socket) => {
      held.push(socket);
      socket.resume().once('end', () => {
        ended += 1;
        if (ended === count) resolve();
      });
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let i = 0; i < count; i += 1) held.push(connect({ port, host, allowHalfOpen: true }).end());
  await allEnded;
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of held) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

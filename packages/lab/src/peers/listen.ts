import { once } from 'node:events';
import type { Server } from 'node:net';

/** Listens on the loopback address only and gives the port. Rejects if it cannot, EADDRINUSE for one. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`Expected a TCP address to listen on, got ${String(address)}`);
  return address.port;
}

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';

/** Where connections come in, with TLS or without. */

export interface Listener extends AsyncDisposable {
  readonly port: number;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** TLS, with this key and certificate. */
  readonly tls?: SecureContextOptions | undefined;
}

/** Takes a connection; `tcp`: the socket below TLS, or the same. */
export type Accept = (socket: Socket, tcp: Socket) => void;

/**
 * Gives each connection to `accept`, once TLS stands where there is any. One whose TLS fails, or takes longer than
 * 10 s, is dropped; so is one for which `accept` throws, and that is an uncaught exception. Disposal stops listening
 * at once, drops what is still at TLS, and waits for the end of what `accept` was given. Rejects if it cannot
 * listen, or if `tls` is no fit key and certificate.
 */
export async function listen(accept: Accept, options: ListenOptions): Promise<Listener> {
  const { host, port, tls } = options;
  const secureContext = tls && createSecureContext(tls);
  const handshakes = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (tcp) => {
    if (secureContext === undefined) return give(accept, tcp, tcp);
    // TLS on a socket of our own, and not Node's TLS server: the peer needs both of them.
    const socket = new TLSSocket(tcp, { isServer: true, secureContext });
    handshakes.add(tcp);
    tcp.once('close', () => handshakes.delete(tcp));
    whenSecure(socket, tcp, () => {
      handshakes.delete(tcp);
      give(accept, socket, tcp);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const tcp of handshakes) tcp.destroy();
      await closed;
    },
  };
}

const tlsWithin = 10_000;

function whenSecure(socket: TLSSocket, tcp: Socket, proceed: () => void): void {
  const drop = (): void => void tcp.destroy();
  const deadline = setTimeout(drop, tlsWithin);
  tcp.once('close', () => clearTimeout(deadline));
  socket.once('error', drop);
  socket.once('secure', () => {
    clearTimeout(deadline);
    socket.off('error', drop);
    proceed();
  });
}

function give(accept: Accept, socket: Socket, tcp: Socket): void {
  try {
    accept(socket, tcp);
  } catch (error) {
    tcp.destroy();
    throw error;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('Expected the raw server to listen on a TCP port.');
}

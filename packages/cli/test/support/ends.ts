import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Both ends of a connection over loopback. Neither ends anything by itself. */
export interface Ends {
  readonly client: Socket;
  readonly server: Socket;
}

/** A listener of this process whose connections are all disposed of with it. */
export class Service implements AsyncDisposable {
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async open(): Promise<Service> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Service(server);
  }

  async pair(): Promise<Ends> {
    const accepted = this.accept();
    const client = this.#keep(connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true }));
    const server = await accepted;
    if (client.connecting) await once(client, 'connect');
    return { client, server };
  }

  /** The server's end of the next connection. */
  async accept(): Promise<Socket> {
    const [server] = (await once(this.#server, 'connection')) as [Socket];
    return this.#keep(server);
  }

  async pairs(count: number): Promise<Ends[]> {
    const all: Ends[] = [];
    for (let opened = 0; opened < count; opened += 1) all.push(await this.pair());
    return all;
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Real sockets on loopback, one connection in each state that needs no muted peer. */
export interface SocketsInStates extends AsyncDisposable {
  /** A dual-stack listener, which all of `clients` are connected to by IPv4. */
  readonly port: number;
  /** The client's port of the connection that was brought into that state. */
  readonly clients: Readonly<Record<ClientCase, number>>;
  /** Connected to a listener by IPv6. */
  readonly ipv6: { readonly port: number; readonly client: number };
  /** A listener of a stopped process: its accept queue is full, and more connections stay SYN-SENT. */
  readonly full: { readonly port: number; readonly pid: number };
}

/** `orphan`: closed with data that the peer does not read, so that FIN-WAIT-1 probes a zero window. */
export type ClientCase = 'established' | 'finWait2' | 'timeWait' | 'orphan';

export async function socketsInStates(): Promise<SocketsInStates> {
  const server = await listen('::');
  const server6 = await listen('::1');
  const established = await connectTo(server, '127.0.0.1');
  const finWait2 = await connectTo(server, '127.0.0.1');
  finWait2.client.end();
  const timeWait = await connectTo(server, '127.0.0.1');
  await closeClientFirst(timeWait);
  const orphan = await connectTo(server, '127.0.0.1');
  await leaveUnreadData(orphan);
  const ipv6 = await connectTo(server6, '::1');
  const full = await stoppedListener();
  const waiting = Array.from({ length: 4 }, () => connect(full.port, '127.0.0.1'));
  const pairs = { established, finWait2, timeWait, orphan, ipv6 };
  const sockets = [...Object.values(pairs).flatMap((pair) => [pair.client, pair.peer]), ...waiting];
  for (const socket of sockets) socket.on('error', () => {});
  return {
    port: portOf(server),
    clients: {
      established: established.clientPort,
      finWait2: finWait2.clientPort,
      timeWait: timeWait.clientPort,
      orphan: orphan.clientPort,
    },
    ipv6: { port: portOf(server6), client: ipv6.clientPort },
    full: { port: full.port, pid: full.child.pid ?? 0 },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      full.child.kill('SIGKILL');
      for (const each of [server, server6]) await new Promise((done) => each.close(done));
    },
  };
}

interface Pair {
  readonly client: Socket;
  readonly peer: Socket;
  readonly clientPort: number;
}

async function listen(address: string): Promise<Server> {
  // Paused, so that a test decides what is read and both ends can be half open.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, address);
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function connectTo(server: Server, address: string): Promise<Pair> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: portOf(server), host: address, allowHalfOpen: true });
  const [peer] = await accepted;
  if (client.connecting) await once(client, 'connect');
  return { client, peer, clientPort: client.localPort ?? 0 };
}

async function closeClientFirst({ client, peer }: Pair): Promise<void> {
  client.end();
  peer.resume();
  await once(peer, 'end');
  client.resume();
  peer.end();
  await once(client, 'close');
}

/** Until the kernel takes no more: then what is left to send waits for the peer's window. */
async function leaveUnreadData({ client }: Pair): Promise<void> {
  const chunk = Buffer.alloc(1 << 20);
  for (let idle = 0; idle < 20; ) {
    const before = client.bytesWritten - client.writableLength;
    client.write(chunk);
    await new Promise((done) => setImmediate(done));
    idle = client.bytesWritten - client.writableLength === before ? idle + 1 : 0;
  }
  client.destroy();
}

async function stoppedListener(): Promise<{ port: number; child: ChildProcess }> {
  const script = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  while (!isStopped(child.pid ?? 0)) await new Promise((done) => setImmediate(done));
  return { port: Number(line.toString()), child };
}

function isStopped(pid: number): boolean {
  return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SocketRow } from '@farewell/core';
import { openNamespace } from '@farewell/evidence';
import { vanish } from '@farewell/probe';
import { WebSocket } from 'ws';
import { type FinTiming, timeFin } from './hold-fin.ts';
import { type LoadResult, load } from './load.ts';
import type { PeerContext, PeerProgram } from './program.ts';

export type WsClientCommands = {
  /** Opens one connection. */
  open(): Promise<void>;
  /** Calls `close(code)` on every connection that is open; does not wait for what follows. */
  close(code: number): void;
  /** Makes the kernel drop whatever comes in for these connections: the host seems to have vanished. */
  vanish(): Promise<void>;
  /** Opens a connection and closes it with 1000, `count` times, every 300 ms at most, until one is refused. */
  load(count: number): Promise<LoadResult>;
  /** For `duration` ms: opens a connection, and `backoff` ms after its end the next one. */
  reconnect(duration: number, backoff: number): Promise<void>;
};

interface Options {
  readonly name: string;
  readonly is: string;
  readonly fin: FinTiming;
  /** How long ws waits for the rest of the closing before it destroys the socket, ms. Its own default is 30 s. */
  readonly closeTimeout?: number;
}

/** How often the kernel is asked, ms: it acknowledges what it has nothing to send with after 40. */
const acknowledgementCheck = 5;

interface Connection {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly clientPort: number;
}

/** A ws client, with its `end` under the control of `fin`. */
export function wsClient(options: Options): PeerProgram<WsClientCommands> {
  return {
    name: options.name,
    is: options.is,
    async start(context) {
      const connections: Connection[] = [];
      const openOne = async (): Promise<Connection> => {
        const connection = await open(context, options);
        connections.push(connection);
        return connection;
      };
      return {
        open: async () => void (await openOne()),
        close: (code) => connections.forEach((connection) => close(connection, code, context)),
        async vanish() {
          await Promise.all(connections.map((connection) => vanishOne(connection, context)));
        },
        load: (count) =>
          load(
            count,
            async () => {
              const connection = await openOne();
              return { close: () => closeAndWait(connection, context) };
            },
            context,
          ),
        async reconnect(duration, backoff) {
          const until = performance.now() + duration;
          while (performance.now() < until) {
            await ended(await openOne());
            await pause(backoff);
          }
        },
      };
    },
  };
}

async function open(context: PeerContext, options: Options): Promise<Connection> {
  let socket: Socket | undefined;
  const webSocket = new WebSocket(`ws://127.0.0.1:${context.serverPort}/`, {
    perMessageDeflate: false,
    ...(options.closeTimeout === undefined ? {} : { closeTimeout: options.closeTimeout }),
    createConnection: () => {
      socket = connect({ host: '127.0.0.1', port: context.serverPort, allowHalfOpen: true });
      timeFin(socket, options.fin);
      return socket;
    },
  });
  await once(webSocket, 'open');
  const clientPort = socket?.localPort;
  if (socket === undefined || clientPort === undefined)
    throw new Error('Expected an open connection to have a local port, got none');
  webSocket.on('error', (error) => context.note(error.message, clientPort));
  context.connected(clientPort);
  return { webSocket, socket, clientPort };
}

function close({ webSocket, clientPort }: Connection, code: number, context: PeerContext): void {
  if (webSocket.readyState !== WebSocket.OPEN) return;
  context.note(`close(${code})`, clientPort);
  webSocket.close(code);
}

async function vanishOne(connection: Connection, context: PeerContext): Promise<void> {
  const { webSocket, socket, clientPort } = connection;
  webSocket.pause(); // so that it answers no ping in between
  await allAcknowledged(clientPort, context.serverPort);
  await vanish(socket);
  context.note('network cut: it drops all it receives', clientPort);
}

/** Else its kernel, which is still there, would retransmit to a peer it cannot hear: a second fault. */
async function allAcknowledged(clientPort: number, serverPort: number): Promise<void> {
  using namespace = openNamespace({ kind: 'own' });
  const isOurs = (row: SocketRow): boolean =>
    row.localPort === clientPort && row.remotePort === serverPort;
  const inFlight = (): number =>
    namespace.readTable({ tcpInfo: false }).rows.find(isOurs)?.sendQueue ?? 0;
  while (inFlight() > 0) await pause(acknowledgementCheck);
}

async function closeAndWait(connection: Connection, context: PeerContext): Promise<void> {
  const closed = ended(connection);
  close(connection, 1000, context);
  await closed;
}

async function ended({ webSocket }: Connection): Promise<void> {
  if (webSocket.readyState !== WebSocket.CLOSED) await once(webSocket, 'close');
}

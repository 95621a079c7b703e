import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { type FinTiming, timeFin } from './hold-fin.ts';
import { listen } from './listen.ts';
import type { PeerContext, PeerProgram } from './program.ts';

export type WsServerCommands = {
  /** Sends one text message of `bytes` bytes to every client. */
  send(bytes: number): void;
  /** Calls `close(code)` on every connection; does not wait for what follows. */
  close(code: number): void;
  /** Calls `terminate()` on every connection: it destroys the socket, whatever is unread or unsent. */
  terminate(): void;
  /** Stops reading from every connection. */
  pause(): void;
  /** How many connections the application takes for OPEN. */
  open(): number;
};

interface Options {
  readonly name: string;
  readonly is: string;
  readonly fin: FinTiming;
  /** How long ws waits for the rest of the closing before it destroys the socket, ms. Its own default is 30 s. */
  readonly closeTimeout?: number;
  /** It closes each connection with this code as soon as it is open. */
  readonly refuseWith?: number;
}

/** A ws server, with a page for health checks. node:http hands it half-open sockets, so that `fin` alone decides when it sends FIN. */
export function wsServer(options: Options): PeerProgram<WsServerCommands> {
  const { name, is, fin, closeTimeout, refuseWith } = options;
  return {
    name,
    is,
    async start(context) {
      const webSockets = new WebSocketServer({
        noServer: true,
        ...(closeTimeout === undefined ? {} : { closeTimeout }),
      });
      const server = createServer((_request, response) => response.end('ok'));
      server.on('upgrade', (request, socket, head) => {
        timeFin(socket, fin);
        webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          ports.set(webSocket, clientPort(socket));
          webSocket.on('error', (error) => context.note(error.message, clientPort(socket)));
          if (refuseWith !== undefined) webSocket.close(refuseWith);
        });
      });
      context.listening(await listen(server, context.serverPort));
      return commands(webSockets, context);
    },
  };
}

/** The client's port of each connection, for the diagram. */
const ports = new WeakMap<WebSocket, number | undefined>();

function commands({ clients }: WebSocketServer, context: PeerContext): WsServerCommands {
  const each = (text: string, act: (webSocket: WebSocket) => void): void => {
    for (const webSocket of clients) {
      context.note(text, ports.get(webSocket));
      act(webSocket);
    }
  };
  return {
    send: (bytes) => clients.forEach((webSocket) => webSocket.send('x'.repeat(bytes))),
    close: (code) => each(`close(${code})`, (webSocket) => webSocket.close(code)),
    terminate: () => each('terminate()', (webSocket) => webSocket.terminate()),
    pause: () => each('pause()', (webSocket) => webSocket.pause()),
    open: () => [...clients].filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  };
}

function clientPort(socket: unknown): number | undefined {
  return socket instanceof Socket ? socket.remotePort : undefined;
}

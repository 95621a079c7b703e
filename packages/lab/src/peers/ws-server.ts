import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type FinTiming, timeFin } from './hold-fin.ts';
import { listen } from './listen.ts';
import type { PeerProgram } from './program.ts';

export type WsServerCommands = {
  /** Sends one text message of `bytes` bytes to every client. */
  send(bytes: number): void;
};

/** A ws server. node:http hands it half-open sockets, so that `fin` alone decides when it sends FIN. */
export function wsServer(options: {
  readonly name: string;
  readonly is: string;
  readonly fin: FinTiming;
}): PeerProgram<WsServerCommands> {
  return {
    name: options.name,
    is: options.is,
    async start(context) {
      const webSockets = new WebSocketServer({ noServer: true });
      const server = createServer();
      server.on('upgrade', (request, socket, head) => {
        timeFin(socket, options.fin);
        webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          webSocket.on('error', (error) => context.note(error.message, clientPort(socket)));
        });
      });
      context.listening(await listen(server, context.serverPort));
      return { send: (bytes) => sendAll(webSockets.clients, bytes) };
    },
  };
}

function sendAll(clients: ReadonlySet<WebSocket>, bytes: number): void {
  for (const client of clients) client.send('x'.repeat(bytes));
}

function clientPort(socket: unknown): number | undefined {
  return socket instanceof Socket ? socket.remotePort : undefined;
}

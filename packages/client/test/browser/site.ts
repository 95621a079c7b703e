import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { build } from 'esbuild';
import { type WebSocket, WebSocketServer } from 'ws';

/** A web site with the client as `farewell` on its page, and WebSockets that behave as their path says. */
export interface Site extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** WebSockets of `/echo` that are open. */
  readonly open: ReadonlySet<WebSocket>;
  /** Codes with which those of `/echo` were closed. */
  readonly closeCodes: readonly number[];
  /** How often a WebSocket was asked for. */
  readonly upgrades: () => number;
}

const bundle = build({
  stdin: { contents: "export * from '@farewell/client'", resolveDir: import.meta.dirname },
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  conditions: ['@farewell/source'],
});

export async function startSite(): Promise<Site> {
  const script = (await bundle).outputFiles[0]?.text ?? '';
  const sockets = new Set<Duplex>();
  const open = new Set<WebSocket>();
  const closeCodes: number[] = [];
  let upgrades = 0;
  const echoes = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => serve(request, response, script));
  server.on('upgrade', (request, socket, head) => {
    upgrades += 1;
    sockets.add(socket);
    if (request.url !== '/echo') return mute(request, socket);
    echoes.handleUpgrade(request, socket, head, (ws) => {
      open.add(ws);
      ws.on('message', (data, binary) => ws.send(data, { binary }));
      ws.on('close', (code) => {
        open.delete(ws);
        closeCodes.push(code);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    open,
    closeCodes,
    upgrades: () => upgrades,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve({ url }: IncomingMessage, response: ServerResponse, script: string): void {
  if (url === '/client.js')
    return void response.setHeader('content-type', 'text/javascript').end(script);
  const page = "<script type=module>globalThis.farewell = await import('/client.js')</script>";
  response.setHeader('content-type', 'text/html').end(url === '/client' ? page : 'another page');
}

/** Opens, and never answers anything. */
function mute(request: IncomingMessage, socket: Duplex): void {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
  (socket as Socket).resume();
  socket.on('error', () => {});
}

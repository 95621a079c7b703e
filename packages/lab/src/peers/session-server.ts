import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { listen } from './listen.ts';
import type { Commands, PeerContext, PeerProgram } from './program.ts';

/** One connection as the application's close procedure sees it. */
export interface Session {
  /** Answers the client's Close frame. */
  sendClose(code: number): void;
  /** Ends our side of the TCP connection: sends FIN, then waits for the client's without a deadline. */
  end(): void;
}

interface Options {
  readonly name: string;
  readonly is: string;
  /** Runs once, when the client's Close frame or its FIN has come. What it throws is logged, as frameworks do. */
  closeProcedure(session: Session): void;
}

/**
 * A WebSocket endpoint that handles the upgrade itself, as many frameworks do: the connection ends when the
 * application's close procedure says so, and not before.
 */
export function sessionServer(options: Options): PeerProgram<Commands> {
  return {
    name: options.name,
    is: options.is,
    async start(context) {
      const server = createServer();
      server.on('upgrade', (request, stream) => {
        if (!(stream instanceof Socket)) throw new Error('Expected an upgrade over plain TCP');
        stream.write(switchingProtocols(request.headers['sec-websocket-key'] ?? ''));
        runSession(stream, options, context);
      });
      context.listening(await listen(server, context.serverPort));
      return {};
    },
  };
}

function runSession(socket: Socket, options: Options, context: PeerContext): void {
  let closing = false;
  const port = socket.remotePort;
  const session: Session = {
    sendClose: (code) => socket.write(closeFrame(code)),
    end: () => socket.end(),
  };
  const close = (): void => {
    if (closing) return;
    closing = true;
    try {
      options.closeProcedure(session);
    } catch (error) {
      context.note(`threw: ${error instanceof Error ? error.message : String(error)}`, port);
    }
  };
  // These clients send nothing but Close, in one piece, so the first byte of a chunk tells.
  socket.on('data', (bytes) => {
    if (((bytes[0] ?? 0) & 0x0f) === 0x8) close();
  });
  socket.on('end', close);
  socket.on('error', (error) => context.note(error.message, port));
}

function switchingProtocols(key: string): string {
  // RFC 6455 §1.3: the key with this GUID behind it, hashed, proves that the server speaks WebSocket.
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    '\r\n',
  ].join('\r\n');
}

function closeFrame(code: number): Buffer {
  return Buffer.from([0x88, 2, code >> 8, code & 0xff]);
}

import { type ConnectionOptions, createServer, type ManagedConnection } from '@farewell/server';
import type { PeerContext, PeerProgram } from './program.ts';
import type { WsServerCommands } from './ws-server.ts';

interface Options extends ConnectionOptions {
  readonly name: string;
  readonly is: string;
  /** What the application does with each connection. */
  readonly onConnection?: (connection: ManagedConnection) => void;
}

/** A server of `@farewell/server`, with the commands of the ws server whose place it takes. */
export function managedServer(options: Options): PeerProgram<WsServerCommands> {
  const { name, is, onConnection, ...settings } = options;
  return {
    name,
    is,
    async start(context) {
      const server = createServer({
        ...settings,
        port: context.serverPort,
        host: '127.0.0.1',
        ws: { perMessageDeflate: false },
      });
      server.on('connection', (connection) => {
        watch(connection, context);
        onConnection?.(connection);
      });
      server.on('error', (error, connection) =>
        context.note(`threw: ${messageOf(error)}`, connection?.remotePort),
      );
      context.listening((await server.listening).port);
      return commands(server.connections, context);
    },
  };
}

/** It reads what comes, and says how each connection ended. */
function watch(connection: ManagedConnection, context: PeerContext): void {
  const { remotePort } = connection;
  connection.on('message', () => {});
  connection.on('close', ({ cause }) => context.note(`ended: ${cause}`, remotePort));
}

function commands(
  connections: ReadonlySet<ManagedConnection>,
  context: PeerContext,
): WsServerCommands {
  const each = (text: string, act: (connection: ManagedConnection) => void): void => {
    for (const connection of connections) {
      context.note(text, connection.remotePort);
      act(connection);
    }
  };
  return {
    send: (bytes) => connections.forEach((each) => void each.send('x'.repeat(bytes))),
    close: (code) => each(`close(${code})`, (connection) => void connection.close(code)),
    terminate: () => each('terminate()', (connection) => void connection.terminate()),
    pause: () => each('pause()', (connection) => connection.pause()),
    open: () => [...connections].filter(({ readyState }) => readyState === 'OPEN').length,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

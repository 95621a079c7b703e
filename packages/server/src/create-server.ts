import { createServer as createHttpServer, STATUS_CODES } from 'node:http';
import { ManagedServer } from './managed-server.ts';
import { checkPlace, type ServerOptions } from './options.ts';

/**
 * A WebSocket server. With `port` it begins to listen at once; `await server.listening` tells where.
 * Throws InvalidOptionError.
 */
export function createServer(options: ServerOptions): ManagedServer {
  checkPlace(options);
  const server = new ManagedServer(options);
  if (options.server) server.attach(options.server);
  if (options.port !== undefined) listen(server, options);
  return server;
}

function listen(server: ManagedServer, { port, host, ws }: ServerOptions): void {
  const http = createHttpServer((_request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain' });
    response.end(STATUS_CODES[426]);
  });
  server.own(http);
  http.listen({ port, host, backlog: ws?.backlog ?? undefined });
}

// An echo server that closes well: on SIGTERM every connection gets its closing handshake.
import { createServer } from '@farewell/server';

const server = createServer({ port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1' });

server.on('connection', (connection, request) => {
  const who = request.socket.remoteAddress;
  connection.on('message', (message) => void connection.send(message));
  connection.on('close', (ending) => console.log(`${who}: ${ending.text}`));
});

// What a handler throws closes its connection with 1011, and comes here.
server.on('error', (error) => console.error(error));

const { port } = await server.listening;
console.log(`listening on ws://127.0.0.1:${port}`);

process.once('SIGTERM', () => void server.close());

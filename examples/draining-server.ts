// A server that drains on SIGTERM: each client is asked to come back after a delay of its own.
import { createServer, installSignalHandlers } from '@farewell/server';

const server = createServer({ port: Number(process.argv[2] ?? 8080), host: '127.0.0.1' });

server.on('connection', (connection) => {
  connection.on('message', (message) => void connection.send(`you said: ${String(message)}`));
});
server.on('error', (error) => console.error(error));

installSignalHandlers(server, {
  drain: { timeout: 20_000, retryAfter: { min: 1_000, max: 5_000 } },
  afterDrain: ([report]) => console.log(report?.text),
});

const { port } = await server.listening;
console.log(`listening on ws://127.0.0.1:${port}`);

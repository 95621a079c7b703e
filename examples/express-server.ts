// Express for pages and health checks, WebSockets beside it, and a drain on SIGTERM.
import { createServer as createHttpServer } from 'node:http';
import { createServer, installSignalHandlers } from '@farewell/server';
import express from 'express';

const app = express();
const http = createHttpServer(app);
const server = createServer({ server: http, path: '/chat', maxConnections: 10_000 });

app.get('/', (_request, response) => {
  response.send('<script>new WebSocket(`ws://${location.host}/chat`)</script>');
});

// Not ready while it drains: a load balancer that asks sends new clients elsewhere.
app.get('/ready', (_request, response) => {
  response.sendStatus(server.drainProgress ? 503 : 200);
});

server.on('connection', (connection) => {
  connection.on('message', (message) => void connection.send(message));
});
server.on('error', (error) => console.error(error));

installSignalHandlers(server, {
  drain: { timeout: 20_000, reason: 'restarting', retryAfter: { min: 1_000, max: 5_000 } },
  afterDrain: ([report]) => console.log(report?.text),
});

http.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
const { port } = await server.listening;
console.log(`listening on http://127.0.0.1:${port}`);

// A server whose HTTP server @godaddy/terminus shuts down; the drain is in the hook named.
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from '@farewell/server';
import { createTerminus } from '@godaddy/terminus';

const [hook = ''] = process.argv.slice(2);
const http = createHttpServer();
const server = createServer({ server: http, heartbeat: false });
createTerminus(http, {
  signal: 'SIGTERM',
  useExit0: true,
  timeout: 5_000,
  [hook]: async () => console.log((await server.drain()).text),
});
http.listen(0, '127.0.0.1', () => console.log((http.address() as AddressInfo).port));

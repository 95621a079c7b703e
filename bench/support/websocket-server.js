/**
 * An echo server for the benchmarks, in a process of its own: `ws` with the heartbeat of its README, `farewell`
 * with what it does by default, `farewell-operated` with all that can be added to it (limits, metrics, a logger,
 * subscribers), or `socket.io` where it is installed. Prints its port. A line on stdin asks for what it
 * used since the last: one line of JSON, `{ cpuMs, rssBytes, connections, longestDelayMs }`. The line `drain`, with
 * what it drains with, closes all connections first: ws by a loop over its clients.
 *
 *   node bench/support/websocket-server.js ws|farewell|farewell-operated|socket.io [HEARTBEAT_MS]
 */
import { subscribe } from 'node:diagnostics_channel';
import { createWriteStream } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';

const [library, interval = '30000'] = process.argv.slice(2);
const heartbeat = Number(interval);
const servers = {
  ws: serveWs,
  farewell: serveFarewell,
  'farewell-operated': serveOperated,
  'socket.io': serveSocketIo,
};
const { count, drain } = await servers[library]();

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpu = process.cpuUsage();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line.startsWith('drain')) void drainAndTell(line.slice(6));
  else tell();
});
lines.on('close', () => process.exit());

function tell() {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const usage = { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
  const used = { ...usage, connections: count(), longestDelayMs: delay.max / 1e6 };
  process.stdout.write(`${JSON.stringify(used)}\n`);
  delay.reset();
}

async function drainAndTell(options) {
  delay.reset();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const report = await drain(JSON.parse(options || '{}'));
  const ms = performance.now() - startedAt;
  const longestDelayMs = delay.max / 1e6;
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  process.stdout.write(`${JSON.stringify({ ms, cpuMs, longestDelayMs, report })}\n`);
}

async function serveWs() {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('listening', () => print(server.address().port));
  server.on('connection', (socket) => {
    socket.isAlive = true;
    socket.on('error', () => {});
    socket.on('pong', heard);
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  setInterval(() => {
    for (const socket of server.clients) {
      if (!socket.isAlive) socket.terminate();
      socket.isAlive = false;
      socket.ping();
    }
  }, heartbeat);
  const drain = () =>
    new Promise((resolve) => {
      let left = server.clients.size;
      for (const socket of server.clients) {
        socket.on('close', () => --left === 0 && resolve(null));
        socket.close(1001);
      }
    });
  return { count: () => server.clients.size, drain };
}

function heard() {
  this.isAlive = true;
}

async function serveFarewell(options = {}) {
  const { createServer } = await import('@farewell/server');
  const http = createHttpServer();
  const server = createServer({ server: http, heartbeat: { interval: heartbeat }, ...options });
  server.on('connection', (connection) => {
    connection.on('message', (message) => void connection.send(message));
  });
  http.listen(0, '127.0.0.1', () => print(http.address().port));
  const drain = (settings) => server.drain(settings);
  return { count: () => server.connections.size, drain, server };
}

/** As somebody operates it who wants to know everything; no limit is met. */
async function serveOperated() {
  const { promMetrics } = await import('@farewell/server/prom-client');
  const lines = createWriteStream('/dev/null');
  const write = (facts, msg) => lines.write(`${JSON.stringify({ ...facts, msg })}\n`);
  const made = await serveFarewell({
    maxConnections: 100_000,
    maxConnectionsPerAddress: 100_000,
    maxConnectionAge: { age: 3_600_000, jitter: 600_000 },
    slowConsumer: { bytes: 1_048_576, duration: 10_000, action: 'close' },
    messageRate: { messages: 1_000, interval: 1_000 },
    logger: { debug() {}, info: write, warn: write, error: write, isLevelEnabled: () => false },
  });
  promMetrics(made.server);
  const seen = { opened: 0, heartbeat: 0, closing: 0, closed: 0 };
  for (const phase of Object.keys(seen))
    subscribe(`farewell:connection:${phase}`, () => {
      seen[phase] += 1;
    });
  return made;
}

/** Installed in bench/: `npm --prefix bench ci`. */
async function serveSocketIo() {
  const { Server } = await import('socket.io');
  const http = createHttpServer();
  const server = new Server(http, { pingInterval: heartbeat });
  server.on('connection', (socket) => {
    socket.on('message', (message) => socket.emit('message', message));
  });
  http.listen(0, '127.0.0.1', () => print(http.address().port));
  return { count: () => server.engine.clientsCount, drain: () => server.close() };
}

function print(port) {
  process.stdout.write(`listening ${port}\n`);
}

/**
 * Opens a connection, sends one message, waits for its echo and closes, CONCURRENCY at a time, with ws's client and
 * the heartbeat of its README, or farewell's. For each line on stdin, a number of connections, it prints a line of JSON.
 *
 *   node bench/support/churn-client.js ws|farewell|socket.io|'socket.io over websocket' URL CONCURRENCY
 */
import { createInterface } from 'node:readline';

const [library, url, concurrency] = process.argv.slice(2);
const libraries = {
  ws: withWs,
  farewell: withFarewell,
  'socket.io': withSocketIo,
  'socket.io over websocket': overWebSocketOnly,
};
const one = await libraries[library]();
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await churn(Number(line)))}\n`);
}
process.exit();

async function churn(count) {
  const times = [];
  let left = count;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const from = performance.now();
      await one();
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, worker));
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const p99Ms = times[Math.floor(times.length * 0.99)];
  return { cpuMs: (user + system) / 1000, ms: performance.now() - startedAt, p99Ms };
}

async function withWs() {
  const { WebSocket } = await import('ws');
  return () =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.on('error', () => {});
      socket.on('open', heartbeat);
      socket.on('ping', heartbeat);
      socket.on('open', () => socket.send('hello'));
      socket.on('message', () => socket.close(1000));
      socket.on('close', stopHeartbeat);
      socket.on('close', resolve);
    });
}

/** The heartbeat of ws's README, for a client. */
function heartbeat() {
  clearTimeout(this.pingTimeout);
  this.pingTimeout = setTimeout(() => this.terminate(), 30_000 + 1_000);
}

function stopHeartbeat() {
  clearTimeout(this.pingTimeout);
}

/** As it comes: HTTP polling first, then the upgrade. */
async function withSocketIo() {
  const { io } = await import('socket.io-client');
  return () =>
    new Promise((resolve) => {
      const socket = io(url.replace('ws:', 'http:'), { forceNew: true, reconnection: false });
      socket.io.engine.on('upgrade', () => socket.emit('message', 'hello'));
      socket.on('message', () => socket.disconnect());
      socket.on('disconnect', resolve);
      socket.on('connect_error', resolve);
    });
}

/** What its client says without polling, over ws: only the server is socket.io's own. */
async function overWebSocketOnly() {
  const { WebSocket } = await import('ws');
  const options = { perMessageDeflate: false };
  return () =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${url}/socket.io/?EIO=4&transport=websocket`, options);
      socket.on('error', () => {});
      socket.on('message', (data) => {
        const packet = /** @type {Buffer} */ (data).toString();
        if (packet.startsWith('0')) socket.send('40');
        else if (packet.startsWith('40')) socket.send('42["message","hello"]');
        else if (packet.startsWith('42')) socket.close(1000);
      });
      socket.on('close', resolve);
    });
}

async function withFarewell() {
  const { connect } = await import('@farewell/client/node');
  return () =>
    new Promise((resolve) => {
      const connection = connect(url, { ws: { perMessageDeflate: false } });
      connection.opened.then(
        () => connection.send('hello'),
        () => {},
      );
      connection.on('message', () => void connection.close());
      connection.on('close', resolve);
    });
}

/**
 * Records real connections between a ws server and ws clients, in a network namespace made for it:
 *
 *   unshare --net node bench/support/record-traffic.js FILE small|large
 *
 * small: connections with a few short messages each way, one, ten and a hundred at a time; half of them are
 * closed by the client, half by the server. large: clients that ask for messages of 64 KB, one after the other. Fails where the
 * namespace cannot be set up, tcpdump is missing or does not run, or the kernel dropped a packet. Needs root.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';

/** What makes a request as long as a browser's. */
const headers = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Accept-Language': 'en-US,en;q=0.5',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Cache-Control': 'no-cache',
};
/** Connections of a series, and how many of them at a time. */
const series = {
  small: [
    { count: 10, atOnce: 1, talk: talkBriefly },
    { count: 190, atOnce: 10, talk: talkBriefly },
    { count: 800, atOnce: 100, talk: talkBriefly },
  ],
  large: [{ count: 5, atOnce: 1, talk: download }],
};
/** 4 MB for each connection. */
const LARGE_MESSAGES = 64;
const largeMessage = Buffer.alloc(65_536, 0x61);
/** ms; a quarter of a second is what a short connection then takes. */
const LONGEST_PAUSE = 150;
/** ms for which tcpdump may keep packets to itself. */
const FLUSHED_WITHIN = 1500;

const [file, kind] = process.argv.slice(2);
if (file === 'serve') serve();
else await record();

async function record() {
  // Segments of Ethernet's size, none put together from several.
  const link = ['link', 'set', 'lo', 'up', 'mtu', '1500', 'gso_max_segs', '1'];
  execFileSync('ip', link, { stdio: ['ignore', 'ignore', 'inherit'] });
  const capture = await startCapture();
  const server = fork(import.meta.filename, ['serve']);
  const [port] = await once(server, 'message');
  for (const { count, atOnce, talk } of series[kind]) {
    let begun = 0;
    const some = async () => {
      while (begun < count) await talk(port, begun++);
    };
    await Promise.all(Array.from({ length: atOnce }, some));
  }
  await after(FLUSHED_WITHIN);
  server.kill();
  await capture.stop();
}

async function startCapture() {
  const args = ['-i', 'lo', '-n', '-Z', 'root', '-B', '65536', '-w', file, 'tcp'];
  const tcpdump = spawn('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(tcpdump, 'exit');
  let said = '';
  const listening = new Promise((resolve) => {
    tcpdump.stderr.on('data', (text) => {
      said += text;
      if (said.includes('listening on')) resolve(true);
    });
  });
  if ((await Promise.race([listening, exited])) !== true) throw new Error(`tcpdump: ${said}`);
  const stop = async () => {
    tcpdump.kill('SIGINT');
    await exited;
    if (!/^0 packets dropped by kernel/m.test(said)) throw new Error(`packets were lost: ${said}`);
  };
  return { stop };
}

/** Answers each message; `leave` is answered with a Close frame, `download` with a large message. */
function serve() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('listening', () => process.send(server.address().port));
  server.on('connection', (socket) => {
    socket.on('message', (message) => {
      const { type, text } = JSON.parse(message);
      if (type === 'leave') socket.close(1001, 'back soon');
      else if (type === 'download') socket.send(largeMessage);
      else socket.send(JSON.stringify({ type: 'message', from: 17, text: `yes, ${text}` }));
    });
  });
}

async function talkBriefly(port, index) {
  const socket = connect(port, index);
  await once(socket, 'open');
  for (let left = 2 + ((index >> 1) % 2); left > 0; left -= 1) {
    await after(Math.random() * LONGEST_PAUSE);
    socket.send(
      JSON.stringify({ type: 'message', text: 'is anyone there? '.repeat(1 + (left % 3)) }),
    );
    await once(socket, 'message');
  }
  const closed = once(socket, 'close');
  if (index % 2 === 0) socket.close(1000);
  else socket.send(JSON.stringify({ type: 'leave' }));
  await closed;
}

/** One message at a time: more than the receiver has room for would be sent twice. */
async function download(port, index) {
  const socket = connect(port, index);
  await once(socket, 'open');
  for (let left = LARGE_MESSAGES; left > 0; left -= 1) {
    socket.send(JSON.stringify({ type: 'download' }));
    await once(socket, 'message');
  }
  socket.close(1000);
  await once(socket, 'close');
}

function connect(port, index) {
  return new WebSocket(`ws://127.0.0.1:${port}/live?room=${index}`, ['chat'], { headers });
}

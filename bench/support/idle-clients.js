/**
 * Many connections that say nothing of their own accord, over bare TCP so that they cost next to nothing: they
 * answer pings, those of WebSocket and those of socket.io. With `socket.io`, its own client, polling first. Each line on stdin opens so many more; an empty one
 * only asks. Prints a line of JSON: `{ open, pings, closed }`, the pings since it was last asked.
 *
 *   node bench/support/idle-clients.js ws|socket.io|'socket.io over websocket' PORT
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [protocol, port] = process.argv.slice(2);
const isSocketIo = protocol === 'socket.io over websocket';
const path = isSocketIo ? '/socket.io/?EIO=4&transport=websocket' : '/';
const atATime = 100;
const one = protocol === 'socket.io' ? await socketIo() : open;
const counts = { open: 0, pings: 0, closed: 0 };

for await (const line of createInterface({ input: process.stdin })) {
  let left = Number(line);
  const worker = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  counts.pings = 0;
}
process.exit();

async function socketIo() {
  const { io } = await import('socket.io-client');
  return () =>
    new Promise((resolve) => {
      const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false });
      socket.io.engine.on('upgrade', () => {
        counts.open += 1;
        resolve();
      });
      socket.on('disconnect', () => {
        counts.closed += 1;
      });
      socket.on('connect_error', resolve);
    });
}

function open() {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    const key = randomBytes(16).toString('base64');
    const head = [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: Upgrade'];
    const websocket = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    socket.write([...head, ...websocket, `Sec-WebSocket-Key: ${key}`, '', ''].join('\r\n'));
    const opened = () => {
      counts.open += 1;
      resolve();
    };
    socket.once('data', (chunk) => {
      socket.on('data', (more) => framesIn(more).forEach((frame) => answer(socket, frame, opened)));
      const frames = chunk.subarray(chunk.indexOf('\r\n\r\n') + 4);
      framesIn(frames).forEach((frame) => answer(socket, frame, opened));
      if (!isSocketIo) opened();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      counts.closed += 1;
      resolve();
    });
  });
}

function answer(socket, { opcode, text }, opened) {
  if (opcode === 0x9 || text === '2') counts.pings += 1;
  if (opcode === 0x9) socket.write(frame(0xa, ''));
  else if (text === '2') socket.write(frame(0x1, '3'));
  else if (text.startsWith('0{')) socket.write(frame(0x1, '40'));
  else if (text.startsWith('40')) opened();
}

/** The frames of a server, which over the loopback come whole. */
function framesIn(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length; ) {
    const isLong = bytes[at + 1] === 126;
    const length = isLong ? bytes.readUInt16BE(at + 2) : bytes[at + 1];
    const from = at + (isLong ? 4 : 2);
    frames.push({ opcode: bytes[at] & 0xf, text: bytes.toString('utf8', from, from + length) });
    at = from + length;
  }
  return frames;
}

/** Masked with zeros, which is no mask but valid. */
function frame(opcode, text) {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/**
 * Opens connections and answers Close frames, as cheaply as a client can: the server is what is measured.
 * Some are mute: they never answer, and never close. A line on stdin opens `{ "count", "mute" }` more, a
 * hundred at a time, and is answered when all are open.
 *
 *   node bench/support/drain-client.js PORT
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const port = Number(process.argv[2]);
const atOnce = 100;
const request = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

const pong = Buffer.of(0x8a, 0x80, 0, 0, 0, 0);

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit());
for await (const line of lines) {
  const { count, mute } = JSON.parse(line);
  let left = count;
  const worker = async () => {
    while (left-- > 0) await open(left < mute);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  process.stdout.write(`${JSON.stringify({ open: count })}\n`);
}

function open(isMute) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.once('error', reject);
    socket.write(request);
    socket.once('data', () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      if (isMute) socket.on('data', () => {});
      else answerClose(socket);
      resolve();
    });
  });
}

/** A Close frame fits into one segment; its answer has the same payload behind a mask of zeros. */
function answerClose(socket) {
  socket.on('data', (bytes) => {
    if (bytes[0] === 0x89) return socket.write(pong);
    if (bytes[0] !== 0x88) return;
    const payload = bytes.subarray(2, 2 + bytes[1]);
    socket.write(Buffer.concat([Buffer.of(0x88, 0x80 | payload.length, 0, 0, 0, 0), payload]));
  });
  socket.on('end', () => socket.end());
}

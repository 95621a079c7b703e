import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** 2,000 bytes a second, one datagram at once; what has to wait is kept, whatever it takes. */
const limit = 'qdisc add dev lo root tbf rate 16kbit burst 1600 latency 60s';
const datagramBytes = 1500;
/** One goes at once; the others take 0.75 s each. */
const datagrams = 5;

/**
 * Makes `lo` a slow link with a queue in front of it, for some 3 s: whatever is sent next waits behind it, in
 * both directions. Needs `tc` and a network namespace of one's own.
 */
export async function fillLink(): Promise<void> {
  await run('tc', limit.split(' '));
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const send = (): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(Buffer.alloc(datagramBytes), port, '127.0.0.1', (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  for (let sent = 0; sent < datagrams; sent += 1) await send();
}

import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closedAt, Listener, traceWhile } from './live.ts';

/**
 * In a network namespace of its own: lets 2,000 bytes a second through the loopback, has a datagram use
 * up what may go at once and another one wait, and both ends send FIN, which waits behind it. Prints
 * the table of the trace.
 */
execFileSync('ip', ['link', 'set', 'lo', 'up']);
await using listener = await Listener.open();
const { table } = await traceWhile(listener.port, async (seen) => {
  const { client, server } = await listener.pair();
  const limit = 'qdisc add dev lo root tbf rate 16kbit burst 1600 latency 60s';
  execFileSync('tc', limit.split(' '));
  const filler = createSocket('udp4');
  filler.bind(0, '127.0.0.1');
  await once(filler, 'listening');
  for (const bytes of [1_500, 1_500]) {
    await new Promise((sent) => {
      filler.send(Buffer.alloc(bytes), filler.address().port, '127.0.0.1', sent);
    });
  }
  client.end();
  server.end();
  const ports = [client.localPort, listener.port];
  client.resume();
  server.resume();
  await Promise.all(ports.map((port) => seen(closedAt(port))));
  filler.close();
});
console.log(JSON.stringify(table));

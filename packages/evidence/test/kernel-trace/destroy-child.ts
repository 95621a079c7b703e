import { openDestroyEvents } from '../../src/kernel-trace/read-destroy-events.ts';
import { bothClosed, Listener } from './live.ts';

/** Ends a connection and prints what the destroy multicast says of the server's end. */
await using listener = await Listener.open();
await using events = openDestroyEvents();
const { client, server } = await listener.pair();
client.end();
server.end();
await bothClosed(client, server);
for await (const { rows } of events) {
  const row = rows.find(({ localPort }) => localPort === listener.port);
  if (!row) continue;
  process.stdout.write(`${row.tcpState} ${row.tcpInfo ? 'with' : 'without'} tcp_info\n`);
  break;
}

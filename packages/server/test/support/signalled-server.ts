// A server with signal handlers, as a process of its own. Prints its port, then what its drain reports.
import { createServer, installSignalHandlers } from '@farewell/server';

const [afterDrain] = process.argv.slice(2);
const server = createServer({ port: 0, host: '127.0.0.1', heartbeat: false });
installSignalHandlers(server, {
  drain: { timeout: 20_000 },
  afterTimeout: 200,
  afterDrain: async ([report]) => {
    console.log(report?.text);
    if (afterDrain === 'throws') throw new Error('no database');
    if (afterDrain === 'hangs') await new Promise(() => {});
  },
});
const { port } = await server.listening;
console.log(port);

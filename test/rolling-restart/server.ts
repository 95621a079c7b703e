// One of the servers: `server.ts PORT DRAIN`, DRAIN as JSON. Echoes; drains on SIGTERM and prints the report.
import { createServer, installSignalHandlers } from '@farewell/server';

const [port, drain] = process.argv.slice(2);
const server = createServer({ port: Number(port), host: '127.0.0.1' });
server.on('connection', (connection) => {
  connection.on('message', (message) => void connection.send(message));
});
installSignalHandlers(server, {
  drain: JSON.parse(drain ?? '{}'),
  afterDrain: ([report]) => console.log(JSON.stringify(report)),
});
await server.listening;
console.log('listening');

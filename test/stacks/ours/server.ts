import { createServer, installSignalHandlers } from '@farewell/server';

const server = createServer({ port: Number(process.env['PORT']), host: '127.0.0.1' });
installSignalHandlers(server);
server.on('connection', (connection) => {
  connection.on('message', (data) => {
    if (data === 'close') void connection.close(1000, 'you asked');
    else void connection.send(data);
  });
});

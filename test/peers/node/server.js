// A ws echo server with the faults that an application brings: `hang`, `say N`, `close`. Prints its port.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 1 << 26 });
server.on('listening', () => process.stdout.write(`listening ${server.address().port}\n`));
server.on('connection', (socket) => {
  socket.on('error', () => {});
  // ws hands each message over as one Buffer.
  socket.on('message', (data) => handle(socket, Buffer.from(data).toString()));
});

function handle(socket, text) {
  const [command, argument] = text.split(' ');
  switch (command) {
    case 'hang': // stops reading everybody and forgets to resume: Close and FIN go unseen
      socket.send('hanging');
      for (const each of server.clients) each.pause();
      break;
    case 'say':
      socket.send(Buffer.alloc(Number(argument)));
      break;
    case 'close':
      socket.close(1001, 'going away');
      break;
    default:
      socket.send(text);
  }
}

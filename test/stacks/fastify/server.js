import websocket from '@fastify/websocket';
import Fastify from 'fastify';

const app = Fastify();
await app.register(websocket);
app.get('/', { websocket: true }, (socket) => {
  socket.on('message', (data, isBinary) => {
    if (data.toString() === 'close') socket.close(1000, 'you asked');
    else socket.send(data, { binary: isBinary });
  });
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });

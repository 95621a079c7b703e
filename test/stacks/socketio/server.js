import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server);
// A client that joins is turned out: what socket.io calls a CONNECT packet, `40`, makes it close.
io.on('connection', (socket) => socket.disconnect(true));
server.listen(Number(process.env.PORT), '127.0.0.1');

import { WebSocketServer } from 'ws';

const wss = new WebSocketServer({ port: Number(process.env.PORT), host: '127.0.0.1' });
wss.on('connection', (ws) => {
  ws.on('error', console.error);
  ws.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.from(data).toString() === 'close') ws.close(1000, 'you asked');
    else ws.send(data, { binary: isBinary });
  });
});

import { WebSocket } from 'ws';

for (const url of process.argv.slice(2)) {
  const ws = new WebSocket(url);
  ws.on('error', console.error);
  ws.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.from(data).toString() === 'close') ws.close(1000, 'you asked');
    else ws.send(data, { binary: isBinary });
  });
}

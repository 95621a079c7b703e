import { WebSocket } from 'undici';

for (const url of process.argv.slice(2)) {
  const ws = new WebSocket(url);
  ws.addEventListener('message', ({ data }) => {
    if (data === 'close') ws.close(1000, 'you asked');
    else ws.send(data);
  });
}
setInterval(() => {}, 60_000); // it does not keep the process alive for as long as it is closing

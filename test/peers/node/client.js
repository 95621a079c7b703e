// Opens COUNT connections to URL, CONCURRENCY at a time, with the WebSocket of ws or of Node (undici), and
// ends when all have closed. `close`: it closes each once it is open; `wait`: the server does.
//   node client.js ws URL COUNT CONCURRENCY close|wait
//   node --experimental-websocket client.js undici URL COUNT CONCURRENCY close|wait
const [library, url, count, concurrency, mode] = process.argv.slice(2);
const { WebSocket } = library === 'ws' ? await import('ws') : globalThis;

let left = Number(count);
await Promise.all(Array.from({ length: Number(concurrency) }, worker));

async function worker() {
  while (left-- > 0) await one();
}

function one() {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      if (mode === 'close') socket.close(1000);
    });
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', resolve);
  });
}

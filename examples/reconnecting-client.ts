// A client that stays connected: it comes back when the server asks it to, and says why each connection ended.
import { keepConnected } from '@farewell/client/node';

const client = keepConnected(process.argv[2] ?? 'ws://127.0.0.1:8080', {
  heartbeat: { interval: 30_000, timeout: 10_000 },
});

client.on('open', () => console.log('connected'));
client.on('message', (message) => console.log(String(message)));
client.on('retry', ({ ending, delay }) => {
  console.log(`${ending?.text ?? ''}; again in ${Math.round(delay)} ms`);
});

await client.send('hello');
process.once('SIGINT', () => void client.close(1000, 'done'));
const { why } = await client.closed;
console.log(`closed: ${why}`);

// A client that closes in every case: after its work, after an error, and when it is told to stop.
import { connect } from '@farewell/client/node';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const connection = connect(process.argv[2] ?? 'ws://127.0.0.1:8080', {
  heartbeat: { interval: 30_000, timeout: 10_000 },
  signal: stop.signal,
});

try {
  await connection.opened;
  await connection.send('hello');
  for await (const message of connection) {
    console.log(message);
    break;
  }
} finally {
  // The same promise however often it is called, and never rejected.
  const ending = await connection.close(1000, 'done');
  console.log(ending.text);
}

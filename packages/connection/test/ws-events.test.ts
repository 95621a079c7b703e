import { connect } from '@farewell/client/node';
import { createServer } from '@farewell/server';
import { expect, test } from 'vitest';

const host = '127.0.0.1';

test("whoever is given a client's WebSocket by an option of ws may listen to it as well", async () => {
  await using server = createServer({ port: 0, host });
  server.on('connection', (connection) => {
    void connection.send('hello').then(() => connection.close(4000, 'over'));
  });
  const { port } = await server.listening;
  const heard: unknown[] = [];
  const connection = connect(`ws://${host}:${port}`, {
    ws: {
      finishRequest(request, websocket) {
        websocket.on('open', () => heard.push('open'));
        websocket.on('message', (data) => heard.push((data as Buffer).toString()));
        websocket.on('close', (code, reason) => heard.push(code, reason.toString()));
        request.end();
      },
    },
  });
  const messages: unknown[] = [];
  connection.on('message', (message) => messages.push(message));
  expect(await connection.closed).toMatchObject({ code: 4000, reason: 'over' });
  expect(heard).toEqual(['open', 'hello', 4000, 'over']);
  expect(messages).toEqual(['hello']);
});

test('an error for which nobody listens to ws reaches the outcome, and is not thrown', async () => {
  const server = createServer({ port: 0, host });
  const { port } = await server.listening;
  await server.close();
  expect(await connect(`ws://${host}:${port}`).closed).toMatchObject({
    cause: 'opening-failed',
    error: { errno: 'ECONNREFUSED' },
  });
});

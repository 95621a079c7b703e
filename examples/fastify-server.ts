// Fastify with the plugin: its close drains the WebSockets first. Metrics for Prometheus at /metrics.
import { farewell } from '@farewell/server/fastify';
import { promMetrics } from '@farewell/server/prom-client';
import fastify from 'fastify';
import { register } from 'prom-client';

const app = fastify();
await app.register(farewell, {
  path: '/chat',
  messageRate: { messages: 100, interval: 1_000 },
  drain: { timeout: 20_000, retryAfter: { min: 1_000, max: 5_000 } },
});
promMetrics(app.farewell);

app.farewell.on('connection', (connection, request) => {
  const who = app.farewell.clientAddress(request);
  connection.on('message', (message) => void connection.send(`${who}: ${String(message)}`));
});

app.get('/metrics', async (_request, reply) => {
  return reply.type(register.contentType).send(await register.metrics());
});

app.addHook('onClose', async () => {
  // The same promise as the plugin's own call: by now it is over.
  const { text } = await app.farewell.drain();
  console.log(text);
});

const address = await app.listen({ port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1' });
console.log(`listening on ${address}`);

process.once('SIGTERM', () => void app.close());

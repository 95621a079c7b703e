// Who may connect is decided before the upgrade, by HTTP.
import { createServer } from '@farewell/server';

const server = createServer({
  port: Number(process.env['PORT'] ?? 0),
  host: '127.0.0.1',
  path: '/chat',
  allowedOrigins: ['https://chat.example'],
  authenticate: async ({ headers }) => {
    if (await isKnown(headers.authorization)) return undefined;
    return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
  },
});

server.on('connection', (connection) => {
  const membership = join();
  connection.defer(() => membership.leave());
  void connection.send('welcome');
});

const { port } = await server.listening;
console.log(`listening on ws://127.0.0.1:${port}/chat`);

async function isKnown(authorization: string | undefined): Promise<boolean> {
  return authorization === 'Bearer let-me-in';
}

function join(): { leave: () => void } {
  return { leave: () => console.log('left') };
}

Bun.serve({
  port: Number(process.env.PORT),
  hostname: '127.0.0.1',
  fetch(request, server) {
    if (!server.upgrade(request)) return new Response('a WebSocket, please', { status: 426 });
  },
  websocket: {
    message(ws, message) {
      if (message === 'close') ws.close(1000, 'you asked');
      else ws.send(message);
    },
  },
});

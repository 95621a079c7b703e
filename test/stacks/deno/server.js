Deno.serve({ port: Number(Deno.env.get('PORT')), hostname: '127.0.0.1' }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.addEventListener('message', ({ data }) => {
    if (data === 'close') socket.close(1000, 'you asked');
    else socket.send(data);
  });
  return response;
});

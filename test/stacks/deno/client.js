for (const url of Deno.args) {
  const ws = new WebSocket(url);
  ws.addEventListener('message', ({ data }) => {
    if (data === 'close') ws.close(1000, 'you asked');
    else ws.send(data);
  });
}

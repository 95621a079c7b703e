import uws from 'uwebsockets';

uws
  .App()
  .ws('/*', {
    message: (ws, message, isBinary) => {
      if (Buffer.from(message).toString() === 'close') ws.end(1000, 'you asked');
      else ws.send(message, isBinary);
    },
  })
  .listen('127.0.0.1', Number(process.env.PORT), (token) => {
    if (!token) throw new Error('not listening');
  });

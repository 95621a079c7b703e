import { connect } from '@farewell/client/node';

for (const url of process.argv.slice(2)) {
  const connection = connect(url);
  connection.on('message', (data) => {
    if (data === 'close') void connection.close(1000, 'you asked');
    else void connection.send(data);
  });
}

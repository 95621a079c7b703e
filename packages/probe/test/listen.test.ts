import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { listen } from '../src/listen.ts';
import { selfSigned } from '../src/self-signed.ts';

const host = '127.0.0.1';

/** What is thrown next and caught by nobody. */
function nextUncaught(): Promise<unknown> {
  return new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback((error) => {
      process.setUncaughtExceptionCaptureCallback(null);
      resolve(error);
    });
  });
}

describe.each([
  ['TCP', undefined],
  ['TLS', selfSigned('localhost')],
])('over %s', (_, tls) => {
  const connectTo = (port: number) =>
    tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });

  test('what `accept` throws is an uncaught exception, and the connection is dropped', async () => {
    const failure = new Error('no script for this one');
    await using listener = await listen(
      () => {
        throw failure;
      },
      { host, port: 0, tls },
    );
    const uncaught = nextUncaught();
    const client = connectTo(listener.port).on('error', () => {});
    const closed = once(client, 'close');
    expect(await uncaught).toBe(failure);
    await closed;
  });

  test('a port that is taken is told', async () => {
    await using listener = await listen(() => {}, { host, port: 0, tls });
    const second = listen(() => {}, { host, port: listener.port, tls });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

test('what fails TLS is dropped', async () => {
  const given: unknown[] = [];
  await using listener = await listen((socket) => given.push(socket), {
    host,
    port: 0,
    tls: selfSigned('localhost'),
  });
  const client = connect({ host, port: listener.port }).on('error', () => {});
  client.resume().write('GET / HTTP/1.1\r\n\r\n');
  await once(client, 'close');
  expect(given).toEqual([]);
});

test('a TLS handshake that was given up keeps nobody from closing', async () => {
  const listener = await listen(() => {}, { host, port: 0, tls: selfSigned('localhost') });
  const client = connect({ host, port: listener.port }).on('error', () => {});
  await once(client, 'connect');
  // Its hello comes back once the server has begun with TLS.
  client.write(await clientHello());
  await once(client, 'data');
  const ended = once(client, 'close');
  const startedAt = performance.now();
  await listener[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(9_000);
  await ended;
});

/** The first bytes of a client of TLS. */
function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({ read() {}, write: (bytes: Buffer) => resolve(bytes) });
    connectTls({ socket: wire }).on('error', () => {});
  });
}

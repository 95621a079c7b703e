import { describe, expect, test, vi } from 'vitest';
import { type ConnectOptions, connect, type ManagedConnection } from '../src/index.ts';
import { ScriptedPage } from './support/scripted-page.ts';
import { type ScriptedWebSocket, scriptedWebSockets } from './support/scripted-web-socket.ts';
import { settle, VirtualClock } from './support/virtual-clock.ts';

interface World {
  readonly connection: ManagedConnection;
  readonly ws: ScriptedWebSocket;
  readonly clock: VirtualClock;
  readonly page: ScriptedPage;
}

function start(options: Omit<ConnectOptions, 'page' | 'clock'> = {}): World {
  const clock = new VirtualClock();
  const page = new ScriptedPage();
  const { WebSocket, last } = scriptedWebSockets();
  const connection = connect('ws://server/', { ...options, clock, page, WebSocket });
  return { connection, ws: last(), clock, page };
}

function opened(options: Parameters<typeof start>[0] = {}): World {
  const world = start(options);
  world.ws.opens();
  return world;
}

describe('the closing handshake', () => {
  test('that the application starts is clean when the browser says so', async () => {
    const { connection, ws, clock, page } = opened();
    const closing = connection.close(3000, 'bye');
    expect(ws.closeCalls).toEqual([[3000, 'bye']]);
    expect(connection.readyState).toBe('CLOSING');
    ws.closes({ code: 3000, reason: 'bye', wasClean: true });
    expect(await closing).toMatchObject({
      code: 3000,
      reason: 'bye',
      wasClean: true,
      cause: 'closing-handshake',
      // A Close of the server may have crossed ours on the way: a browser does not show which came first.
      order: 'unknown',
      tcp: { basis: 'none', firstFin: 'unknown', timeWait: 'unknown' },
      unflushedBytes: 0,
    });
    expect([clock.timers, page.listeners]).toEqual([0, 0]);
  });

  test('that the server starts is answered by the browser', async () => {
    const { connection, ws } = opened();
    ws.closes({ code: 1001, reason: 'restart; retry-after=2', wasClean: true });
    expect(await connection.closed).toMatchObject({
      code: 1001,
      wasClean: true,
      cause: 'closing-handshake',
      order: 'received-first',
      retryAfter: 2_000,
    });
  });

  test('settles at its deadline although the browser waits for 60 s, and a late event changes nothing', async () => {
    const { connection, ws, clock } = opened({ closeTimeout: 500 });
    const closing = connection.close();
    await clock.advance(499);
    expect(connection.ending).toBeNull();
    await clock.advance(1);
    const ending = await closing;
    expect(ending).toMatchObject({
      code: 1006,
      wasClean: false,
      cause: 'closing-handshake-deadline',
      order: 'sent-first',
    });
    expect(ending.text).toBe(
      'no Close frame received; ended after 0.5 s; closing handshake deadline',
    );
    expect(connection.readyState).toBe('CLOSED');
    ws.closes({ code: 1000, reason: '', wasClean: true });
    expect(await connection.closed).toBe(ending);
  });

  test('is not clean if the browser does not say so, whatever code it gives', async () => {
    const { connection, ws } = opened();
    const closing = connection.close();
    ws.closes({ code: 1000, reason: '', wasClean: false });
    expect(await closing).toMatchObject({ code: 1000, wasClean: false, cause: 'unknown' });
  });

  test('is one: the first call counts, and each gives the same promise', () => {
    const { connection, ws } = opened();
    const first = connection.close(3001);
    expect(connection.close(3002)).toBe(first);
    expect(first).toBe(connection.closed);
    expect(ws.closeCalls).toEqual([[3001, '']]);
  });

  test.each([1001, 1005, 1006, 2999, 5000, 1.5])(
    'refuses the code %d, which a browser does',
    (code) => {
      const { connection } = opened();
      expect(() => connection.close(code)).toThrow(
        'Expected `code` to be 1000 or from 3000 to 4999',
      );
      expect(() => connection.close(1000, 'ü'.repeat(62))).toThrow(
        'at most 123 bytes of UTF-8, got 124',
      );
      expect(connection.readyState).toBe('OPEN');
    },
  );

  test('is left out by terminate, which ends it at once', async () => {
    const { connection, ws } = opened();
    expect(await connection.terminate()).toMatchObject({ cause: 'terminated', wasClean: false });
    expect(ws.closeCalls).toEqual([[undefined, undefined]]);
  });

  test('comes with `await using` and with a signal', async () => {
    const abort = new AbortController();
    const { connection, ws } = opened({ signal: abort.signal });
    abort.abort();
    expect(ws.closeCalls).toEqual([[4001, '']]);
    const disposed = connection[Symbol.asyncDispose]();
    ws.closes({ code: 4001, reason: '', wasClean: true });
    await disposed;
    expect(connection.ending).toMatchObject({ code: 4001, wasClean: true });
  });
});

describe('the opening handshake', () => {
  test('that fails rejects `opened`, and `closed` tells no more than the browser', async () => {
    const { connection, ws } = start();
    ws.fails();
    await expect(connection.opened).rejects.toMatchObject({ code: 'FAREWELL_NOT_OPENED' });
    expect(await connection.closed).toMatchObject({
      code: 1006,
      cause: 'opening-failed',
      httpStatus: null,
      error: 'unknown',
    });
  });

  test('ends at its deadline', async () => {
    const { connection, clock } = start({ openTimeout: 300 });
    await clock.advance(300);
    expect(await connection.closed).toMatchObject({ cause: 'opening-handshake-deadline' });
  });

  test('is given up by close, terminate and a signal that is aborted already', async () => {
    const endings = [
      start().connection.close(),
      start().connection.terminate(),
      start({ signal: AbortSignal.abort() }).connection.closed,
    ];
    for (const ending of endings) expect(await ending).toMatchObject({ cause: 'terminated' });
  });

  test.each([
    [{ openTimeout: -1 }, 'Expected `openTimeout` to be a number from 0 to 2147483647, got `-1`'],
    [{ closeTimeout: Infinity }, 'Expected `closeTimeout`'],
    [{ highWaterMark: '1' as unknown as number }, 'got `1` (string)'],
  ])('refuses %j', (options, message) => {
    expect(() => start(options)).toThrow(message);
  });
});

describe('an end that the browser does not explain', () => {
  test('after opening: the cause is unknown, and so is the error', async () => {
    const { connection, ws } = opened();
    ws.closes({ code: 1006, reason: '', wasClean: false });
    const ending = await connection.closed;
    expect(ending).toMatchObject({
      code: 1006,
      wasClean: false,
      cause: 'unknown',
      error: 'unknown',
    });
    expect(ending.text).toContain('the browser does not tell why');
  });
});

describe('sending', () => {
  test('waits above the high-water mark until less is unsent', async () => {
    const { connection, ws, clock } = opened({ highWaterMark: 10 });
    await connection.send('small');
    ws.bufferedAmount = 100;
    const settled = vi.fn();
    const sending = connection.send('large').finally(settled);
    await clock.advance(1_000);
    expect(settled).not.toHaveBeenCalled();
    ws.bufferedAmount = 10;
    await clock.advance(50);
    await sending;
    expect(clock.timers).toBe(1);
  });

  test('ends at the flush deadline if nothing gets out, and says how much did not', async () => {
    const { connection, ws, clock } = opened({ flushTimeout: 2_000, highWaterMark: 10 });
    ws.bufferedAmount = 1_000;
    const sending = connection.send('x');
    await clock.advance(1_000);
    ws.bufferedAmount = 900;
    await clock.advance(1_900);
    expect(connection.ending).toBeNull();
    await clock.advance(200);
    await expect(sending).rejects.toMatchObject({ code: 'FAREWELL_CLOSED' });
    expect(await connection.closed).toMatchObject({ cause: 'flush-deadline', unflushedBytes: 900 });
  });

  test('rejects before the opening, after the end, and when its signal is aborted', async () => {
    await expect(start().connection.send('x')).rejects.toThrow(
      'Cannot send: the connection is CONNECTING',
    );
    const { connection, ws } = opened({ highWaterMark: 10 });
    ws.bufferedAmount = 100;
    const abort = new AbortController();
    const sending = connection.send('x', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(sending).rejects.toThrow('enough');
    await connection.terminate();
    await expect(connection.send('x')).rejects.toThrow('Cannot send: no Close frame received');
  });
});

describe('receiving', () => {
  test('iterates over text and bytes, and is over after a clean close', async () => {
    const { connection, ws } = opened();
    ws.receives('text');
    ws.receives(new Uint8Array([1, 2]).buffer);
    ws.closes({ code: 1000, reason: '', wasClean: true });
    const messages: unknown[] = [];
    for await (const message of connection) messages.push(message);
    expect(messages).toEqual(['text', new Uint8Array([1, 2])]);
  });

  test('throws behind the last message after any other end', async () => {
    const { connection, ws } = opened();
    ws.receives('last');
    ws.closes({ code: 1006, reason: '', wasClean: false });
    const messages = connection[Symbol.asyncIterator]();
    expect(await messages.next()).toEqual({ done: false, value: 'last' });
    await expect(messages.next()).rejects.toMatchObject({ code: 'FAREWELL_CLOSED' });
  });

  test('closes with 4009 when more waits than may, since a browser cannot pause', () => {
    const { ws } = opened({ maxWaitingBytes: 3 });
    ws.receives('abc');
    expect(ws.closeCalls).toEqual([]);
    ws.receives('d');
    expect(ws.closeCalls).toEqual([[4009, 'more than 3 bytes not read']]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('handler');
      },
    ],
    ['rejects', () => Promise.reject(new Error('handler'))],
  ])(
    'a handler that %s closes the connection with 4011, and the error is not lost',
    async (_, handler) => {
      const { connection, ws } = opened();
      const errors: unknown[] = [];
      connection.on('error', (error) => errors.push(error));
      connection.on('message', handler);
      ws.receives('x');
      await settle();
      expect(ws.closeCalls).toEqual([[4011, '']]);
      expect(errors).toEqual([new Error('handler')]);
      ws.closes({ code: 4011, reason: '', wasClean: true });
      expect(await connection.closed).toMatchObject({ cause: 'handler-threw' });
    },
  );
});

describe('the page', () => {
  test('offline for long ends the connection, and says so; a short break does not', async () => {
    const { connection, clock, page } = opened({ offlineTimeout: 5_000 });
    page.goesOffline();
    await clock.advance(4_000);
    page.comesOnline();
    await clock.advance(10_000);
    expect(connection.ending).toBeNull();
    page.goesOffline();
    await clock.advance(5_000);
    expect(await connection.closed).toMatchObject({
      cause: 'failed',
      wasClean: false,
      error: { errno: null, message: 'the browser was offline for 5 s' },
    });
  });

  test('thawed: a deadline that passed meanwhile is judged by the clock, not by its timer', async () => {
    const { connection, clock, page } = opened({ closeTimeout: 1_000 });
    void connection.close();
    clock.sleep(60_000);
    page.fires('resume');
    await clock.advance(100);
    expect(connection.ending).toMatchObject({ cause: 'closing-handshake-deadline' });
  });

  test('restored: the events that waited for it count before a deadline does', async () => {
    const { connection, ws, clock, page } = opened({ closeTimeout: 1_000 });
    void connection.close();
    clock.sleep(60_000);
    page.fires('pageshow', { persisted: true });
    await clock.advance(10);
    ws.closes({ code: 1000, reason: '', wasClean: true });
    expect(connection.ending).toMatchObject({ wasClean: true, cause: 'closing-handshake' });
  });
});

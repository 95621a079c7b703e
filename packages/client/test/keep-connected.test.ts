import { describe, expect, test } from 'vitest';
import {
  type ConnectOptions,
  keepConnected,
  type ReconnectOptions,
  type Retry,
} from '../src/index.ts';
import { ScriptedPage } from './support/scripted-page.ts';
import { scriptedWebSockets } from './support/scripted-web-socket.ts';
import { settle, VirtualClock } from './support/virtual-clock.ts';

const cut = { code: 1006, reason: '', wasClean: false };

/** The middle of each delay. */
const middle = (): number => 0.5;

function start(options: ConnectOptions & ReconnectOptions = {}) {
  const clock = new VirtualClock();
  const page = new ScriptedPage();
  const { made, last, WebSocket } = scriptedWebSockets();
  const client = keepConnected('ws://server/', {
    ...options,
    clock,
    page,
    random: middle,
    WebSocket,
  });
  const retries: Retry[] = [];
  client.on('retry', (retry) => retries.push(retry));
  const opens = async (): Promise<void> => {
    last().opens();
    await settle();
  };
  return { client, clock, page, made, last, opens, retries };
}

describe('coming back', () => {
  test('after a random delay whose bound doubles with each failure, and begins again after minUptime', async () => {
    const { clock, last, made, opens, retries } = start();
    await opens();
    await clock.advance(5_000);
    for (const _ of [1, 2, 3]) {
      last().closes(cut);
      await clock.advance(retries.at(-1)?.delay ?? 0);
    }
    expect(retries.map(({ delay, failures }) => [failures, delay])).toEqual([
      [1, 500],
      [2, 1_000],
      [3, 2_000],
    ]);
    expect(made).toHaveLength(4);
    await opens();
    await clock.advance(4_999);
    last().closes(cut);
    expect(retries.at(-1)).toMatchObject({ failures: 4, delay: 4_000 });
    await clock.advance(4_000);
    await opens();
    await clock.advance(5_000);
    last().closes(cut);
    expect(retries.at(-1)).toMatchObject({ failures: 1, delay: 500 });
  });

  test('not before the delay that the server asks for', async () => {
    const { clock, last, made, opens, retries } = start();
    await opens();
    last().closes({ code: 1001, reason: 'restarting; retry-after=20', wasClean: true });
    expect(retries[0]).toMatchObject({ delay: 20_500, ending: { retryAfter: 20_000 } });
    await clock.advance(20_499);
    expect(made).toHaveLength(1);
    await clock.advance(1);
    expect(made).toHaveLength(2);
  });

  test('gives up after maxRetries failures in a row', async () => {
    const { client, clock, last, made } = start({ maxRetries: 2 });
    for (const delay of [500, 1_000, 0]) {
      last().fails();
      await clock.advance(delay);
    }
    expect(made).toHaveLength(3);
    expect(await client.closed).toMatchObject({
      why: 'too-many-failures',
      ending: { cause: 'opening-failed' },
    });
    await expect(client.opened).rejects.toMatchObject({ code: 'FAREWELL_CLOSED' });
    expect(clock.timers).toBe(0);
  });

  test.each([1000, 1002, 1008])(
    'not after %d, with which the server is done with it',
    async (code) => {
      const { client, last, opens } = start();
      await opens();
      last().closes({ code, reason: '', wasClean: true });
      expect(await client.closed).toMatchObject({ why: 'not-worth-it', ending: { code } });
    },
  );

  test('as shouldReconnect says; one that throws says no, and its error is not lost', async () => {
    const { client, clock, last, opens } = start({
      shouldReconnect: ({ code }) => {
        if (code === 1000) return true;
        throw new Error('undecided');
      },
    });
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error));
    await opens();
    last().closes({ code: 1000, reason: '', wasClean: true });
    await clock.advance(500);
    last().closes(cut);
    expect(await client.closed).toMatchObject({ why: 'not-worth-it' });
    expect(errors).toEqual([new Error('undecided')]);
  });

  test('with a fresh URL for each attempt; one that cannot be had counts as a failure', async () => {
    const clock = new VirtualClock();
    const { made, last, WebSocket } = scriptedWebSockets();
    let attempts = 0;
    const url = (): Promise<string> => {
      attempts += 1;
      return attempts === 2
        ? Promise.reject(new Error('no token'))
        : Promise.resolve(`ws://server/?attempt=${attempts}`);
    };
    const client = keepConnected(url, { clock, WebSocket, page: null, random: () => 0 });
    const retries: Retry[] = [];
    client.on('retry', (retry) => retries.push(retry));
    await settle();
    last().fails();
    await clock.advance(0);
    expect(retries.map(({ error }) => error)).toEqual([null, new Error('no token')]);
    await clock.advance(0);
    expect(made.map((ws) => ws.url)).toEqual(['ws://server/?attempt=1', 'ws://server/?attempt=3']);
  });

  test('throws at once for what will never work', () => {
    expect(() => start({ base: -1 })).toThrow('Expected `base`');
    expect(() => start({ queue: { maxBytes: Number.NaN } })).toThrow('Expected `maxBytes`');
    expect(() => start({ queue: { whenFull: 'drop' as 'reject' } })).toThrow(
      "'reject' or 'drop-oldest'",
    );
    expect(() => keepConnected('ws://x', { WebSocket: 'no' as never })).toThrow(
      'Expected a WebSocket URL',
    );
  });
});

describe('messages while there is no connection', () => {
  test('wait, and go out in order when it opens', async () => {
    const { client, last, opens } = start();
    const sends = [client.send('a'), client.send('b')];
    expect([client.queuedMessages, last().sent]).toEqual([2, []]);
    client.on('open', () => {
      void client.connection?.send('hello');
      void client.send('c');
    });
    await opens();
    await Promise.all(sends);
    expect(last().sent).toEqual(['hello', 'a', 'b', 'c']);
    await client.send('d');
    expect(last().sent.at(-1)).toBe('d');
  });

  test('are refused when the queue is full, by number and by bytes', async () => {
    const { client } = start({ queue: { maxMessages: 2, maxBytes: 6 } });
    void client.send('ü');
    await expect(client.send('12345')).rejects.toMatchObject({
      code: 'FAREWELL_NOT_SENT',
      unsent: '12345',
    });
    void client.send(new Uint8Array(4));
    await expect(client.send('')).rejects.toThrow('the queue is full');
    expect(client.queuedMessages).toBe(2);
  });

  test('make room for newer ones with drop-oldest, and tell whoever sent them', async () => {
    const { client, last, opens } = start({
      queue: { maxMessages: 2, maxBytes: 10, whenFull: 'drop-oldest' },
    });
    const oldest = client.send('1');
    void client.send('2');
    void client.send('3');
    await expect(oldest).rejects.toMatchObject({ code: 'FAREWELL_NOT_SENT', unsent: '1' });
    await expect(client.send('12345678901')).rejects.toThrow('the queue is full');
    await opens();
    expect(last().sent).toEqual(['2', '3']);
  });

  test('can be taken back by a signal, and are given back at the end', async () => {
    const { client } = start();
    const abort = new AbortController();
    const takenBack = client.send('a', { signal: abort.signal });
    const left = client.send('b');
    abort.abort(new Error('changed my mind'));
    await expect(takenBack).rejects.toThrow('changed my mind');
    expect((await client.terminate()).unsentMessages).toBe(1);
    await expect(left).rejects.toMatchObject({ unsent: 'b' });
    await expect(client.send('c')).rejects.toMatchObject({ unsent: 'c' });
  });
});

describe('messages that come', () => {
  test('from all connections, by event and by iteration', async () => {
    const { client, clock, last, opens } = start();
    const heard: unknown[] = [];
    const iterated: unknown[] = [];
    client.on('message', (message) => heard.push(message));
    const iteration = (async () => {
      for await (const message of client) iterated.push(message);
    })();
    for (const message of ['a', 'b']) {
      await opens();
      last().receives(message);
      last().closes(cut);
      await clock.advance(60_000);
    }
    await client.terminate();
    await iteration;
    expect([heard, iterated]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});

describe('the end for good', () => {
  test('closes the connection of now, once, with the same promise', async () => {
    const { client, clock, last, opens, page } = start();
    await opens();
    const closing = client.close(3000, 'bye');
    expect(client.close()).toBe(closing);
    expect(client.readyState).toBe('CLOSING');
    last().closes({ code: 3000, reason: 'bye', wasClean: true });
    expect(await closing).toMatchObject({ why: 'closed', ending: { code: 3000 } });
    expect([client.readyState, clock.timers, page.listeners]).toEqual(['CLOSED', 0, 0]);
  });

  test('while it waits, is at once; a wrong code changes nothing', async () => {
    const { client, clock, last, made, opens } = start();
    await opens();
    expect(() => client.close(1001)).toThrow('Expected `code`');
    last().closes(cut);
    expect(await client.close()).toMatchObject({ why: 'closed', ending: { code: 1006 } });
    await clock.advance(60_000);
    expect(made).toHaveLength(1);
  });

  test('by its signal', async () => {
    const abort = new AbortController();
    const { client } = start({ signal: abort.signal });
    abort.abort();
    expect(await client.closed).toMatchObject({ why: 'closed' });
  });
});

describe('the page', () => {
  test('offline: no attempt is made; online: after a short random delay', async () => {
    const { clock, last, made, opens, page } = start();
    await opens();
    page.goesOffline();
    last().closes(cut);
    await clock.advance(600_000);
    expect(made).toHaveLength(1);
    page.comesOnline();
    await clock.advance(499);
    expect(made).toHaveLength(1);
    await clock.advance(1);
    expect(made).toHaveLength(2);
  });

  test('online again does not shorten what the server asked for', async () => {
    const { clock, last, made, opens, page } = start();
    await opens();
    last().closes({ code: 1013, reason: 'retry-after=60', wasClean: true });
    page.comesOnline();
    await clock.advance(59_999);
    expect(made).toHaveLength(1);
  });

  test('visible again: an attempt that is overdue by the clock is made at once', async () => {
    const { clock, last, made, opens, page } = start();
    await opens();
    last().closes(cut);
    clock.sleep(60_000);
    page.fires('visibilitychange');
    expect(made).toHaveLength(2);
  });

  test('on its way into the back/forward cache: closes, and comes back with the page', async () => {
    const { client, clock, last, made, opens, page } = start();
    await opens();
    page.fires('pagehide', { persisted: true });
    expect(last().closeCalls).toEqual([[1000, 'page hidden']]);
    clock.sleep(3_600_000);
    page.fires('pageshow', { persisted: true });
    expect(made).toHaveLength(2);
    // The events of the old connection arrive on restore, and change nothing.
    made[0]?.closes(cut);
    await opens();
    expect(client.readyState).toBe('OPEN');
    expect(clock.timers).toBe(0);
  });
});

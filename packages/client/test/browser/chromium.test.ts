import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import type * as client from '../../src/index.ts';
import { type Site, startSite } from './site.ts';

/** What the scripts of these tests find on their page. */
declare const farewell: typeof client;
declare const location: { readonly host: string };
declare function addEventListener(
  type: 'pageshow',
  listener: (event: { readonly persisted: boolean }) => void,
): void;

/** What they leave there. */
declare global {
  var connection: client.ManagedConnection;
  var reconnecting: client.ReconnectingConnection<client.Message>;
  var retries: client.Retry[];
}

interface Stage extends AsyncDisposable {
  readonly site: Site;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly devtools: CDPSession;
}

const patient = { timeout: 20_000, interval: 20 };

describeWith(['chromium'], 'in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox'],
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
  });
  afterAll(() => browser.close());

  async function start(): Promise<Stage> {
    const site = await startSite();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${site.origin}/client`);
    await page.waitForFunction(() => 'farewell' in globalThis);
    const devtools = await context.newCDPSession(page);
    const dispose = async (): Promise<void> => {
      await context.close();
      await site[Symbol.asyncDispose]();
    };
    return { site, context, page, devtools, [Symbol.asyncDispose]: dispose };
  }

  test('messages go there and back, and close is clean at both ends', async () => {
    await using stage = await start();
    await connect(stage.page, '/echo');
    const got = await stage.page.evaluate(async () => {
      await connection.send('text');
      await connection.send(new Uint8Array([1, 2, 3]));
      const messages: unknown[] = [];
      for await (const message of connection) {
        messages.push(typeof message === 'string' ? message : [...message]);
        if (messages.length === 2) break;
      }
      return { messages, ending: await connection.close(3000, 'bye') };
    });
    expect(got.messages).toEqual(['text', [1, 2, 3]]);
    expect(got.ending).toMatchObject({
      code: 3000,
      reason: 'bye',
      wasClean: true,
      cause: 'closing-handshake',
      tcp: { basis: 'none' },
    });
    await vi.waitFor(() => expect(stage.site.closeCodes).toEqual([3000]), patient);
  });

  test('close settles at its deadline, while the browser still waits for the Close frame', async () => {
    await using stage = await start();
    await connect(stage.page, '/mute', { closeTimeout: 300 });
    const { ending, took } = await stage.page.evaluate(async () => {
      const began = performance.now();
      const ending = await connection.close();
      return { ending, took: performance.now() - began };
    });
    expect(ending).toMatchObject({
      cause: 'closing-handshake-deadline',
      wasClean: false,
      code: 1006,
    });
    expect(took).toBeGreaterThanOrEqual(299);
    expect(took).toBeLessThan(10_000);
  });

  test('an end without Close frame is not clean, and its cause is not guessed', async () => {
    await using stage = await start();
    await connect(stage.page, '/echo');
    for (const ws of stage.site.open) ws.terminate();
    const ending = await stage.page.evaluate(() => connection.closed);
    expect(ending).toMatchObject({
      code: 1006,
      wasClean: false,
      cause: 'unknown',
      tcp: { basis: 'none' },
    });
  });

  test('a refusal rejects `opened` without a reason, which a browser hides', async () => {
    await using stage = await start();
    const ending = await stage.page.evaluate(
      () => farewell.connect(`ws://${location.host.replace(/\d+$/, '1')}/`).closed,
    );
    expect(ending).toMatchObject({ cause: 'opening-failed', code: 1006, httpStatus: null });
  });

  test('a server that asks for a delay is obeyed', async () => {
    await using stage = await start();
    await keepConnected(stage.page);
    for (const ws of stage.site.open) ws.close(1012, 'restart; retry-after=0.7');
    const retry = await firstRetry(stage.page);
    expect(retry?.ending).toMatchObject({ code: 1012, wasClean: true, retryAfter: 700 });
    expect(retry?.delay).toBeGreaterThanOrEqual(700);
    await vi.waitFor(() => expect(stage.site.upgrades()).toBe(2), patient);
  });

  test('offline for longer than offlineTimeout, the connection ends; online again, it comes back', async () => {
    await using stage = await start();
    await keepConnected(stage.page, { offlineTimeout: 200 });
    await stage.context.setOffline(true);
    expect((await firstRetry(stage.page))?.ending).toMatchObject({ wasClean: false });
    const upgrades = stage.site.upgrades();
    // The attempt falls due within 50 ms; none is made, as the queue shows.
    await stage.page.evaluate(() => {
      void reconnecting.send('later');
      return new Promise((resolve) => setTimeout(resolve, 500));
    });
    expect(stage.site.upgrades()).toBe(upgrades);
    await stage.context.setOffline(false);
    await stage.page.waitForFunction(() => reconnecting.readyState === 'OPEN');
    expect(await stage.page.evaluate(() => reconnecting.queuedMessages)).toBe(0);
  });

  test('frozen: what came meanwhile is told when the page is thawed', async () => {
    await using stage = await start();
    await connect(stage.page, '/echo');
    await stage.devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    for (const ws of stage.site.open) ws.close(1001, 'away');
    await vi.waitFor(() => expect(stage.site.closeCodes).toEqual([1001]), patient);
    await stage.devtools.send('Page.setWebLifecycleState', { state: 'active' });
    expect(await stage.page.evaluate(() => connection.closed)).toMatchObject({
      code: 1001,
      reason: 'away',
      wasClean: true,
    });
  });

  test('frozen beyond the deadline of close: it has settled soon after the thaw', async () => {
    await using stage = await start();
    await connect(stage.page, '/mute', { closeTimeout: 200 });
    await stage.page.evaluate(() => void connection.close());
    await stage.devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await stage.devtools.send('Page.setWebLifecycleState', { state: 'active' });
    expect(await stage.page.evaluate(() => connection.closed)).toMatchObject({
      cause: 'closing-handshake-deadline',
    });
  });

  test('back from the back/forward cache: the connection that the browser cut is told to have ended', async () => {
    await using stage = await start();
    await connect(stage.page, '/echo');
    await stage.page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { persisted }));
    });
    await stage.page.goto(`${stage.site.origin}/another`);
    await stage.page.goBack({ waitUntil: 'commit' });
    await stage.page.waitForFunction(() => 'persisted' in globalThis);
    expect(await stage.page.evaluate(() => Reflect.get(globalThis, 'persisted'))).toBe(true);
    expect(await stage.page.evaluate(() => connection.closed)).toMatchObject({
      wasClean: false,
      code: 1006,
    });
  });

  test('on its way into the back/forward cache the reconnecting client closes, and it is back with the page', async () => {
    await using stage = await start();
    await keepConnected(stage.page);
    await stage.page.goto(`${stage.site.origin}/another`);
    await vi.waitFor(() => expect(stage.site.open.size).toBe(0), patient);
    await stage.page.goBack({ waitUntil: 'commit' });
    await stage.page.waitForFunction(() => reconnecting.readyState === 'OPEN');
    expect(stage.site.upgrades()).toBe(2);
    expect(stage.site.closeCodes).toEqual([1000]);
  });
});

/** Opens `connection` on the page. */
async function connect(
  page: Page,
  path: string,
  options: client.ConnectOptions = {},
): Promise<void> {
  await page.evaluate(
    async ([path, options]) => {
      globalThis.connection = farewell.connect(`ws://${location.host}${path}`, options);
      await connection.opened;
    },
    [path, options] as const,
  );
}

/** Opens `reconnecting` on the page, which collects `retries`. */
async function keepConnected(page: Page, options: client.ConnectOptions = {}): Promise<void> {
  await page.evaluate(async (options) => {
    const url = `ws://${location.host}/echo`;
    globalThis.reconnecting = farewell.keepConnected(url, { base: 50, ...options });
    globalThis.retries = [];
    reconnecting.on('retry', (retry) => retries.push(retry));
    await reconnecting.opened;
  }, options);
}

async function firstRetry(page: Page): Promise<client.Retry | undefined> {
  await page.waitForFunction(() => retries.length > 0);
  return page.evaluate(() => retries[0]);
}

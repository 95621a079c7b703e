import { type Browser, type CDPSession, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { inEveryBrowser } from './in-every-browser.ts';
import { connect, keepConnected, patient, type Stage, startStage, type Tab, until } from './tab.ts';

declare function addEventListener(
  type: 'pageshow',
  listener: (event: { readonly persisted: boolean }) => void,
): void;

interface ChromiumTab extends Tab {
  readonly devtools: CDPSession;
}

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

  const start = (): Promise<Stage<ChromiumTab>> => startStage(() => openTab(browser));

  inEveryBrowser(start);

  test('frozen: what came meanwhile is told when the page is thawed', async () => {
    await using stage = await start();
    await connect(stage.tab, '/echo');
    await stage.tab.devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    for (const ws of stage.site.open) ws.close(1001, 'away');
    await vi.waitFor(() => expect(stage.site.closeCodes).toEqual([1001]), patient);
    await stage.tab.devtools.send('Page.setWebLifecycleState', { state: 'active' });
    expect(await stage.tab.evaluate(() => connection.closed)).toMatchObject({
      code: 1001,
      reason: 'away',
      wasClean: true,
    });
  });

  test('frozen beyond the deadline of close: it has settled soon after the thaw', async () => {
    await using stage = await start();
    await connect(stage.tab, '/mute', { closeTimeout: 200 });
    await stage.tab.evaluate(() => void connection.close());
    await stage.tab.devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await stage.tab.devtools.send('Page.setWebLifecycleState', { state: 'active' });
    expect(await stage.tab.evaluate(() => connection.closed)).toMatchObject({
      cause: 'closing-handshake-deadline',
    });
  });

  test('back from the back/forward cache: the connection that the browser cut is told to have ended', async () => {
    await using stage = await start();
    await connect(stage.tab, '/echo');
    await stage.tab.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { persisted }));
    });
    await stage.tab.goTo(`${stage.site.origin}/another`);
    await stage.tab.goBack();
    await until(stage.tab, () => 'persisted' in globalThis);
    expect(await stage.tab.evaluate(() => Reflect.get(globalThis, 'persisted'))).toBe(true);
    expect(await stage.tab.evaluate(() => connection.closed)).toMatchObject({
      wasClean: false,
      code: 1006,
    });
  });

  test('on its way into the back/forward cache the reconnecting client closes, and it is back with the page', async () => {
    await using stage = await start();
    await keepConnected(stage.tab);
    await stage.tab.goTo(`${stage.site.origin}/another`);
    await vi.waitFor(() => expect(stage.site.open.size).toBe(0), patient);
    await stage.tab.goBack();
    await until(stage.tab, () => reconnecting.readyState === 'OPEN');
    expect(stage.site.upgrades()).toBe(2);
    expect(stage.site.closeCodes).toEqual([1000]);
  });
});

async function openTab(browser: Browser): Promise<ChromiumTab> {
  const context = await browser.newContext();
  const page = await context.newPage();
  return {
    devtools: await context.newCDPSession(page),
    evaluate: (script: never, argument?: never) => page.evaluate(script, argument),
    setOffline: (isOffline) => context.setOffline(isOffline),
    async goTo(url) {
      await page.goto(url);
    },
    async goBack() {
      await page.goBack({ waitUntil: 'commit' });
    },
    close: () => context.close(),
  };
}

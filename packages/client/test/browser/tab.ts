import { expect, vi } from 'vitest';
import type * as client from '../../src/index.ts';
import { type Site, startSite } from './site.ts';

/** A page of a browser, as far as the tests of every browser need one. */
export interface Tab {
  /** Runs a function on the page, which sees nothing of the test but its argument. */
  evaluate<T, A>(script: (argument: A) => T | Promise<T>, argument?: A): Promise<T>;
  goTo(url: string): Promise<void>;
  /** Does not wait for the page. */
  goBack(): Promise<void>;
  setOffline(isOffline: boolean): Promise<void>;
  close(): Promise<void>;
}

/** What the scripts of these tests find on their page, and leave there. */
declare global {
  var farewell: typeof client;
  var connection: client.ManagedConnection;
  var reconnecting: client.ReconnectingConnection<client.Message>;
  var retries: client.Retry[];
}

declare const location: { readonly host: string };

/** A tab with the client on its page, and the site that it talks to. */
export interface Stage<T extends Tab = Tab> extends AsyncDisposable {
  readonly site: Site;
  readonly tab: T;
}

export async function startStage<T extends Tab>(openTab: () => Promise<T>): Promise<Stage<T>> {
  const site = await startSite();
  const tab = await openTab();
  await tab.goTo(`${site.origin}/client`);
  await until(tab, () => 'farewell' in globalThis);
  const dispose = async (): Promise<void> => {
    await tab.close();
    await site[Symbol.asyncDispose]();
  };
  return { site, tab, [Symbol.asyncDispose]: dispose };
}

/** How long, and how often, something is looked for. */
export const patient = { timeout: 20_000, interval: 20 };

/** Waits until `condition` holds on the page. */
export async function until(tab: Tab, condition: () => boolean): Promise<void> {
  await vi.waitFor(async () => expect(await tab.evaluate(condition)).toBe(true), patient);
}

/** Opens `connection` on the page. */
export async function connect(
  tab: Tab,
  path: string,
  options: client.ConnectOptions = {},
): Promise<void> {
  await tab.evaluate(
    async ([path, options]) => {
      globalThis.connection = farewell.connect(`ws://${location.host}${path}`, options);
      await connection.opened;
    },
    [path, options] as const,
  );
}

/** Opens `reconnecting` on the page, which collects `retries`. */
export async function keepConnected(tab: Tab, options: client.ConnectOptions = {}): Promise<void> {
  await tab.evaluate(async (options) => {
    const url = `ws://${location.host}/echo`;
    globalThis.reconnecting = farewell.keepConnected(url, { base: 50, ...options });
    globalThis.retries = [];
    reconnecting.on('retry', (retry) => retries.push(retry));
    await reconnecting.opened;
  }, options);
}

export async function firstRetry(tab: Tab): Promise<client.Retry | undefined> {
  await until(tab, () => retries.length > 0);
  return tab.evaluate(() => retries[0]);
}

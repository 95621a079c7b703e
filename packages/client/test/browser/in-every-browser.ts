import { expect, test, vi } from 'vitest';
import { connect, firstRetry, keepConnected, patient, type Stage, until } from './tab.ts';

declare const location: { readonly host: string };

/** The tests that hold in every browser. */
export function inEveryBrowser(start: () => Promise<Stage>): void {
  test('messages go there and back, and close is clean at both ends', async () => {
    await using stage = await start();
    await connect(stage.tab, '/echo');
    const got = await stage.tab.evaluate(async () => {
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
    await connect(stage.tab, '/mute', { closeTimeout: 300 });
    const { ending, took } = await stage.tab.evaluate(async () => {
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
    await connect(stage.tab, '/echo');
    for (const ws of stage.site.open) ws.terminate();
    const ending = await stage.tab.evaluate(() => connection.closed);
    expect(ending).toMatchObject({
      code: 1006,
      wasClean: false,
      cause: 'unknown',
      tcp: { basis: 'none' },
    });
  });

  test('a refusal rejects `opened` without a reason, which a browser hides', async () => {
    await using stage = await start();
    const ending = await stage.tab.evaluate(
      () => farewell.connect(`ws://${location.host.replace(/\d+$/, '1')}/`).closed,
    );
    expect(ending).toMatchObject({ cause: 'opening-failed', code: 1006, httpStatus: null });
  });

  test('a server that asks for a delay is obeyed', async () => {
    await using stage = await start();
    await keepConnected(stage.tab);
    for (const ws of stage.site.open) ws.close(1012, 'restart; retry-after=0.7');
    const retry = await firstRetry(stage.tab);
    expect(retry?.ending).toMatchObject({ code: 1012, wasClean: true, retryAfter: 700 });
    expect(retry?.delay).toBeGreaterThanOrEqual(700);
    await vi.waitFor(() => expect(stage.site.upgrades()).toBe(2), patient);
  });

  test('offline for longer than offlineTimeout, the connection ends; online again, it comes back', async () => {
    await using stage = await start();
    await keepConnected(stage.tab, { offlineTimeout: 200 });
    await stage.tab.setOffline(true);
    expect((await firstRetry(stage.tab))?.ending).toMatchObject({ wasClean: false });
    const upgrades = stage.site.upgrades();
    // The attempt falls due within 50 ms; none is made, as the queue shows.
    await stage.tab.evaluate(() => {
      void reconnecting.send('later');
      return new Promise((resolve) => setTimeout(resolve, 500));
    });
    expect(stage.site.upgrades()).toBe(upgrades);
    await stage.tab.setOffline(false);
    await until(stage.tab, () => reconnecting.readyState === 'OPEN');
    expect(await stage.tab.evaluate(() => reconnecting.queuedMessages)).toBe(0);
  });
}

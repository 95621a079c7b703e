import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import { type Firefox, startFirefox } from './firefox.ts';
import { inEveryBrowser } from './in-every-browser.ts';
import { keepConnected, patient, type Stage, startStage } from './tab.ts';

describeWith(['firefox'], 'in Firefox', () => {
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await startFirefox();
  }, 60_000);
  afterAll(() => firefox[Symbol.asyncDispose]());

  const start = (): Promise<Stage> => startStage(() => firefox.openTab());

  inEveryBrowser(start);

  test('a page that is left: the browser itself says that it goes away', async () => {
    await using stage = await start();
    await keepConnected(stage.tab);
    await stage.tab.goTo(`${stage.site.origin}/another`);
    await vi.waitFor(() => expect(stage.site.closeCodes).toEqual([1001]), patient);
  });
});

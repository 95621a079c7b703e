import type { Page } from '../../src/index.ts';

/** A page whose events the test fires. */
export class ScriptedPage extends EventTarget implements Page {
  readonly navigator = { onLine: true };
  #listeners = 0;

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.#listeners += 1;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.#listeners -= 1;
    super.removeEventListener(...args);
  }

  get listeners(): number {
    return this.#listeners;
  }

  fires(type: string, properties: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), properties));
  }

  goesOffline(): void {
    this.navigator.onLine = false;
    this.fires('offline');
  }

  comesOnline(): void {
    this.navigator.onLine = true;
    this.fires('online');
  }
}

/** What a page or a worker tells of itself: `globalThis` in a browser. In Node there is none. */
export interface Page {
  addEventListener(type: string, listener: (event: Event) => void, capture: boolean): void;
  removeEventListener(type: string, listener: (event: Event) => void, capture: boolean): void;
  readonly navigator?: { readonly onLine?: boolean };
}

/** What a client wants to know of its page. */
export interface PageListener {
  offline?(): void;
  online?(): void;
  /** Visible again, thawed, or back from the back/forward cache: timers may be late. */
  woke(): void;
  /** On its way into the back/forward cache, or away. */
  hidden?(): void;
  /** Back from the back/forward cache. */
  restored?(): void;
}

/** The page of this program, if it is one. */
export function ownPage(): Page | null {
  const self = globalThis as Partial<Page>;
  return typeof self.addEventListener === 'function' ? (self as Page) : null;
}

/** Is it certain that there is no network? (`onLine` true proves nothing.) */
export function isOffline(page: Page | null): boolean {
  return page?.navigator?.onLine === false;
}

/** Listens until the function returned is called. Captures: `freeze` and `resume` reach the document only. */
export function listenToPage(page: Page | null, listener: PageListener): () => void {
  const shown = (event: Event & { readonly persisted?: boolean }): void => {
    listener.woke();
    if (event.persisted) listener.restored?.();
  };
  const listeners = {
    offline: () => listener.offline?.(),
    online: () => listener.online?.(),
    visibilitychange: () => listener.woke(),
    resume: () => listener.woke(),
    pagehide: () => listener.hidden?.(),
    pageshow: shown,
  };
  const each = Object.entries(listeners);
  for (const [type, listen] of each) page?.addEventListener(type, listen, true);
  return () => {
    for (const [type, listen] of each) page?.removeEventListener(type, listen, true);
  };
}

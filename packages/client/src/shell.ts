import {
  decideSession,
  type Ending,
  longestTimeout,
  mayCloseWith,
  observeSession,
  observeUnsent,
  type Session,
  type SessionAction,
  type SessionDecision,
} from '@farewell/core';
import { endingOf } from './ending.ts';
import type { NativeCloseEvent, NativeWebSocket } from './native-web-socket.ts';
import type { Settings } from './options.ts';
import { listenToPage } from './page.ts';

/**
 * Carries out what `decide` says for one WebSocket of a browser: it does each action, feeds it back as an
 * observation, and asks again. A browser tells of no Close frame, FIN or RST when it passes, only of the
 * end; so what is not known until then stays unknown, and a deadline that is over ends the connection for
 * the application while the browser may go on waiting behind it (Chromium: 60 s for a Close frame).
 */

/** Whose connection it is. */
export interface ShellOwner {
  hasOpened(): void;
  received(data: unknown): void;
  /** Told when fewer bytes, or more, are unsent. */
  flushed(unsentBytes: number): void;
  hasEnded(ending: Ending): void;
}

/** Between two looks at `bufferedAmount`, of whose changes nobody tells. */
const flushInterval = 50;

/**
 * After a page was frozen, the events of its sockets wait in the same queues as its timers (Chrome from
 * 149 on disconnects sockets in the back/forward cache and tells on restore): so long those may be heard
 * before a deadline is judged.
 */
const thawGrace = 100;

export class Shell {
  readonly ws: NativeWebSocket;
  readonly #settings: Settings;
  readonly #owner: ShellOwner;
  readonly #forgetPage: () => void;
  #known: Session;
  #timer: unknown = null;
  #isAsking = false;
  #offlineAt = Infinity;
  #thawedAt = -Infinity;

  constructor(ws: NativeWebSocket, settings: Settings, owner: ShellOwner) {
    this.ws = ws;
    this.#settings = settings;
    this.#owner = owner;
    this.#known = { connectingAt: this.#now() };
    this.#forgetPage = listenToPage(settings.page, {
      offline: () => this.#wentOffline(this.#now()),
      online: () => this.#wentOffline(Infinity),
      woke: () => this.#woke(),
    });
    this.#listen();
    this.ask();
  }

  /** Takes facts in, and does what follows from them. */
  tell(facts: Partial<Session>): void {
    this.#see(facts);
    this.ask();
  }

  /** Decides and acts, until there is nothing to do but to wait. */
  ask(): void {
    if (this.#isAsking || this.#hasEnded) return;
    this.#isAsking = true;
    this.#refresh();
    const before = this.#known;
    const { actions, deadline } = decideSession(before, this.#settings.policy, this.#judgedAt());
    for (const action of actions) this.#carryOut(action);
    this.#isAsking = false;
    if (this.#known === before) this.#wait(deadline);
    else this.ask();
  }

  get #hasEnded(): boolean {
    return this.#known.endedAt !== undefined;
  }

  #now(): number {
    return this.#settings.clock.now();
  }

  #see(facts: Partial<Session>): void {
    this.#known = observeSession(this.#known, facts);
  }

  #listen(): void {
    const { ws } = this;
    ws.binaryType = 'arraybuffer';
    ws.addEventListener('open', () => {
      if (this.#hasEnded) return;
      this.tell({ openedAt: this.#now() });
      this.#owner.hasOpened();
    });
    ws.addEventListener('message', ({ data }) => {
      if (!this.#hasEnded) this.#owner.received(data);
    });
    // WHATWG §3.1: a failure that the browser found is followed by `close`.
    ws.addEventListener('error', () => this.#see({ failed: true }));
    ws.addEventListener('close', (event) => this.#end(event));
  }

  #carryOut(action: SessionAction): void {
    switch (action.kind) {
      case 'send-close':
        return this.#sendClose(action);
      case 'destroy':
        this.#see({ destroyed: action.because });
        return this.#giveUp();
      case 'release':
        return this.#giveUp();
    }
  }

  #giveUp(): void {
    this.ws.close();
    this.#end(null);
  }

  #sendClose({ statusCode, reason }: Extract<SessionAction, { kind: 'send-close' }>): void {
    const { ws } = this;
    // Not OPEN any more: the browser has answered the peer's Close, and has not told yet.
    this.#see({ closeSent: { at: this.#now(), isReply: ws.readyState !== 1 } });
    if (statusCode === null) ws.close();
    // 1011, which a page may not send, goes out as 4011.
    else ws.close(mayCloseWith(statusCode) ? statusCode : statusCode + 3_000, reason);
  }

  #end(closeEvent: NativeCloseEvent | null): void {
    if (this.#hasEnded) return;
    const { clock } = this.#settings;
    this.#see({ closeEvent, endedAt: this.#now() });
    clock.clearTimeout(this.#timer);
    this.#forgetPage();
    this.#owner.hasEnded(endingOf(this.#known, this.ws.bufferedAmount));
  }

  /** What nobody tells of. */
  #refresh(): void {
    const { offlineTimeout } = this.#settings;
    if (this.#judgedAt() >= this.#offlineAt + offlineTimeout) {
      this.#see({ error: `the browser was offline for ${offlineTimeout / 1_000} s` });
    }
    const { bufferedAmount } = this.ws;
    if (bufferedAmount === this.#unsentBytes) return;
    this.#known = observeUnsent(this.#known, bufferedAmount, this.#now());
    this.#owner.flushed(bufferedAmount);
  }

  get #unsentBytes(): number {
    return this.#known.unsent?.bytes ?? 0;
  }

  #wentOffline(at: number): void {
    this.#offlineAt = at;
    this.ask();
  }

  #woke(): void {
    this.#thawedAt = this.#now();
    this.ask();
  }

  /** The time for which deadlines are judged: none is over right after a thaw. */
  #judgedAt(): number {
    const now = this.#now();
    return now < this.#thawedAt + thawGrace ? -Infinity : now;
  }

  #wait(deadline: SessionDecision['deadline']): void {
    const { clock, offlineTimeout } = this.#settings;
    const now = clock.now();
    const dueAt = Math.min(deadline?.at ?? Infinity, this.#offlineAt + offlineTimeout);
    const wakeAt = Math.min(
      Math.max(dueAt, this.#thawedAt + thawGrace),
      this.#unsentBytes > 0 ? now + flushInterval : Infinity,
    );
    clock.clearTimeout(this.#timer);
    if (wakeAt === Infinity) return;
    const delay = Math.min(Math.max(0, Math.ceil(wakeAt - now)), longestTimeout);
    this.#timer = clock.setTimeout(() => this.ask(), delay);
  }
}

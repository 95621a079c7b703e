import {
  type Action,
  abnormalClosure,
  type Because,
  type Connection,
  type Deadline,
  decideSession,
  type Ending,
  longestTimeout,
  mayCloseWith,
  type Never,
  noStatusReceived,
  observeSession,
  type Session,
  unseenConnection,
} from '@farewell/core';
import { endingAt } from './ending.ts';
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
  #known: Connection = unseenConnection('client');
  #timer: unknown = null;
  #isAsking = false;
  #hasEnded = false;
  #hasFailed = false;
  #offlineAt: number | null = null;
  #thawedAt = -Infinity;
  #unsentBytes = 0;

  constructor(ws: NativeWebSocket, settings: Settings, owner: ShellOwner) {
    this.ws = ws;
    this.#settings = settings;
    this.#owner = owner;
    this.#forgetPage = listenToPage(settings.page, {
      offline: () => this.#wentOffline(settings.clock.now()),
      online: () => this.#wentOffline(null),
      woke: () => this.#woke(),
    });
    this.#listen();
    this.see({ kind: 'connecting' });
    this.ask();
  }

  /** Takes a fact in, and does what follows from it. */
  tell(fact: Session): void {
    this.see(fact);
    this.ask();
  }

  see(fact: Session): void {
    const at = this.#settings.clock.now();
    this.#known = observeSession(this.#known, { at, source: 'library', ...fact });
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

  #listen(): void {
    const { ws } = this;
    ws.binaryType = 'arraybuffer';
    ws.addEventListener('open', () => {
      if (this.#hasEnded) return;
      this.tell({ kind: 'opened' });
      this.#owner.hasOpened();
    });
    ws.addEventListener('message', ({ data }) => {
      if (!this.#hasEnded) this.#owner.received(data);
    });
    ws.addEventListener('error', () => {
      this.#hasFailed = true;
    });
    ws.addEventListener('close', (event) => this.#closed(event));
  }

  #carryOut(action: Action): void {
    const { ws } = this;
    switch (action.kind) {
      case 'send-close':
        return this.#sendClose(action);
      case 'reset':
      case 'destroy':
        this.see({ kind: 'destroyed', of: 'client', because: action.because });
        ws.close();
        return this.#end(null);
      case 'release':
        ws.close();
        return this.#end(null);
      default:
        // Pings, FIN and reading are the browser's own affair.
        return;
    }
  }

  #sendClose({ statusCode, reason, because }: Extract<Action, { kind: 'send-close' }>): void {
    const { ws } = this;
    // 1001 and 1011, which a page may not send, go out as 4001 and 4011.
    const code = statusCode === null || mayCloseWith(statusCode) ? statusCode : statusCode + 3_000;
    // Not OPEN any more: the browser has answered the peer's Close, and has not told yet.
    const hadPeerClose = ws.readyState === 1 ? 'unknown' : true;
    this.#sawClose('client', { statusCode: code, reason, hadPeerClose, because });
    if (code === null) ws.close();
    else ws.close(code, reason);
  }

  #closed(event: NativeCloseEvent): void {
    if (this.#hasEnded) return;
    const { code, reason, wasClean } = event;
    const hasSent = this.#known.client.closeFrame !== null;
    if (code !== abnormalClosure) {
      const frame = { statusCode: code === noStatusReceived ? null : code, reason };
      this.#sawClose('server', { ...frame, hadPeerClose: hasSent ? 'unknown' : false });
      // The browser answers with what it received.
      if (wasClean && !hasSent) this.#sawClose('client', { ...frame, hadPeerClose: true });
    }
    this.#end(event);
  }

  #sawClose(by: 'client' | 'server', frame: Frame): void {
    this.see({ kind: 'close-frame', by, seenAt: 'client', ...frame });
  }

  #end(event: NativeCloseEvent | null): void {
    const { clock } = this.#settings;
    this.#hasEnded = true;
    clock.clearTimeout(this.#timer);
    this.#forgetPage();
    const unflushedBytes = this.ws.bufferedAmount;
    const never = this.#swears(event);
    this.see({ kind: 'ended', of: 'client', never, unflushedBytes });
    this.#owner.hasEnded(endingAt(this.#known, event));
  }

  /** What certainly never was. A failure that the browser found comes with an `error` event (WHATWG §3.1). */
  #swears(event: NativeCloseEvent | null): readonly Never[] {
    const { openedAt, client, server } = this.#known;
    const facts: readonly (readonly [Never, boolean])[] = [
      ['opened', openedAt === null],
      ['client-sent-close', client.closeFrame === null && server.closeFrame === null],
      ['client-received-close', server.closeFrame === null],
      ['client-aborted', client.destroyed === null],
      ['client-threw', client.threw === null],
      ['server-violated', !this.#hasFailed],
      ['client-failed', event?.wasClean === true],
    ];
    return facts.filter(([, sworn]) => sworn).map(([name]) => name);
  }

  /** What nobody tells of. */
  #refresh(): void {
    const { offlineTimeout } = this.#settings;
    if (this.#offlineAt !== null && this.#judgedAt() >= this.#offlineAt + offlineTimeout) {
      const message = `the browser was offline for ${offlineTimeout / 1_000} s`;
      this.see({ kind: 'error', of: 'client', errno: null, message });
    }
    const unsentBytes = this.ws.bufferedAmount;
    if (unsentBytes === this.#unsentBytes) return;
    this.#unsentBytes = unsentBytes;
    this.see({ kind: 'unsent', of: 'client', bytes: unsentBytes });
    this.#owner.flushed(unsentBytes);
  }

  #wentOffline(at: number | null): void {
    this.#offlineAt = at;
    this.ask();
  }

  #woke(): void {
    this.#thawedAt = this.#settings.clock.now();
    this.ask();
  }

  /** The time for which deadlines are judged: none is over right after a thaw. */
  #judgedAt(): number {
    const now = this.#settings.clock.now();
    return now < this.#thawedAt + thawGrace ? -Infinity : now;
  }

  #wait(deadline: Deadline | null): void {
    const { clock, offlineTimeout } = this.#settings;
    const now = clock.now();
    const dueAt = Math.min(
      deadline?.at ?? Infinity,
      this.#offlineAt === null ? Infinity : this.#offlineAt + offlineTimeout,
    );
    const wakeAt = Math.min(
      Math.max(dueAt, this.#thawedAt + thawGrace),
      this.#unsentBytes > 0 ? now + flushInterval : Infinity,
      now + longestTimeout,
    );
    clock.clearTimeout(this.#timer);
    if (dueAt === Infinity && this.#unsentBytes === 0) return;
    this.#timer = clock.setTimeout(() => this.ask(), Math.max(0, Math.ceil(wakeAt - now)));
  }
}

interface Frame {
  readonly statusCode: number | null;
  readonly reason: string;
  readonly hadPeerClose: boolean | 'unknown';
  readonly because?: Because;
}

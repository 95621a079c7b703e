import type { NativeCloseEvent, NativeWebSocketClass } from '../../src/index.ts';

/** A WebSocket as WHATWG defines it, without a network: the test says what happens to it. */
export class ScriptedWebSocket extends EventTarget {
  readonly url: string;
  readyState = 0;
  bufferedAmount = 0;
  protocol = '';
  binaryType = 'blob';
  readonly sent: unknown[] = [];
  readonly closeCalls: (readonly [code: number | undefined, reason: string | undefined])[] = [];

  constructor(url: string | URL) {
    super();
    this.url = String(url);
  }

  send(message: unknown): void {
    this.sent.push(message);
  }

  close(code?: number, reason?: string): void {
    this.closeCalls.push([code, reason]);
    if (this.readyState < 2) this.readyState = 2;
  }

  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  receives(data: string | ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  fails(): void {
    this.dispatchEvent(new Event('error'));
    this.closes({ code: 1006, reason: '', wasClean: false });
  }

  closes(event: NativeCloseEvent): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), event));
  }
}

/** A class of them that keeps what it made. */
export function scriptedWebSockets(): {
  readonly made: ScriptedWebSocket[];
  readonly WebSocket: NativeWebSocketClass;
  readonly last: () => ScriptedWebSocket;
} {
  const made: ScriptedWebSocket[] = [];
  class WebSocket extends ScriptedWebSocket {
    constructor(url: string | URL) {
      super(url);
      made.push(this);
    }
  }
  const last = (): ScriptedWebSocket => {
    const ws = made.at(-1);
    if (!ws) throw new Error('none was made');
    return ws;
  };
  return { made, WebSocket: WebSocket as unknown as NativeWebSocketClass, last };
}

/** What is used of a WebSocket as WHATWG defines it: a browser's, Node's own, undici's. */
export interface NativeWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly protocol: string;
  binaryType: string;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: NativeCloseEvent) => void): void;
  send(message: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** What is used of its close event. */
export interface NativeCloseEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** A class of such WebSockets. */
export type NativeWebSocketClass = new (
  url: string | URL,
  protocols?: string | string[],
) => NativeWebSocket;

/** `readyState` by number, WHATWG WebSockets §3.1. */
export const readyStates = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const;

import type { Ending, ReadyState } from '@farewell/core';

/** What the reconnecting client and the drop-in class need of a connection: ours of the browser and of Node. */
export interface ClientConnection<M> extends AsyncIterable<M> {
  readonly readyState: ReadyState;
  readonly protocol: string;
  readonly bufferedAmount: number;
  readonly opened: Promise<unknown>;
  readonly closed: Promise<Ending>;
  send(message: Sendable, options?: { readonly signal?: AbortSignal }): Promise<void>;
  close(code?: number, reason?: string): Promise<Ending>;
  terminate(): Promise<Ending>;
  on(event: 'message', listener: (message: M) => void): unknown;
  on(event: 'close', listener: (ending: Ending) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** What can be sent: as text, or as binary. */
export type Sendable = string | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

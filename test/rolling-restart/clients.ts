import { keepConnected } from '@farewell/client/node';
import { retryAfterIn } from '@farewell/core';
import { WebSocket } from 'ws';

/** A client that comes back by itself, and what it went through. */
export interface Client {
  readonly losses: readonly Loss[];
  isOpen(): boolean;
  /** Sends a message, and waits for the server to send it back. */
  echo(): Promise<void>;
  close(): Promise<void>;
}

/** A connection lost, and the way to the next one. All in ms. */
export interface Loss {
  readonly at: number;
  readonly code: number | 'unknown';
  /** What the server asked for. */
  readonly asked: number | null;
  /** How long the client was going to wait. */
  readonly delay: number;
  /** When it tried; more than once if an attempt failed. */
  readonly attempts: number[];
  openedAt?: number;
}

/** The part of a delay that ours makes up itself, at most. */
export const base = 100;

const now = (): number => performance.now();

/** Ours. */
export async function managedClient(url: string): Promise<Client> {
  const losses: Loss[] = [];
  const dial = (): string => {
    losses.at(-1)?.attempts.push(now());
    return url;
  };
  const client = keepConnected(dial, { base });
  client.on('open', () => {
    const loss = losses.at(-1);
    if (loss) loss.openedAt = now();
  });
  client.on('retry', ({ delay, ending }) => {
    const { code = 'unknown', retryAfter: asked = null } = ending ?? {};
    losses.push({ at: now(), code, asked, delay, attempts: [] });
  });
  await client.opened;
  return {
    losses,
    isOpen: () => client.readyState === 'OPEN',
    async echo() {
      const message = client[Symbol.asyncIterator]().next();
      await client.send('echo');
      await message;
    },
    async close() {
      await client.close();
    },
  };
}

/** A client of ws that does nothing but to wait as long as the reason of the Close frame says. */
export async function plainClient(url: string): Promise<Client> {
  const losses: Loss[] = [];
  let isClosing = false;
  let ws = open();

  function open(): WebSocket {
    const loss = losses.at(-1);
    loss?.attempts.push(now());
    const socket = new WebSocket(url);
    socket.on('open', () => {
      if (loss) loss.openedAt = now();
    });
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      if (!isClosing) comeBack(code, String(reason));
    });
    return socket;
  }

  function comeBack(code: number, reason: string): void {
    const asked = retryAfterIn(reason);
    const delay = asked ?? 1_000;
    losses.push({ at: now(), code, asked, delay, attempts: [] });
    setTimeout(() => {
      ws = open();
    }, Math.ceil(delay));
  }

  await new Promise((resolve) => ws.once('open', resolve));
  return {
    losses,
    isOpen: () => ws.readyState === WebSocket.OPEN,
    async echo() {
      const message = new Promise((resolve) => ws.once('message', resolve));
      ws.send('echo');
      await message;
    },
    async close() {
      isClosing = true;
      ws.close();
      await new Promise((resolve) => ws.once('close', resolve));
    },
  };
}

import type { Socket } from 'node:net';
import type { VerdictId } from '@farewell/diagnosis';
import { vanish } from '@farewell/probe';

/** Both ends of one connection. Neither reads nor ends anything by itself. */
export interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** One way to end a connection, or not to, and how many sockets of it each verdict must mean. */
export interface Way {
  readonly end: (pair: Pair) => Promise<void> | void;
  /** From the socket table. */
  readonly untraced: Readonly<Partial<Record<VerdictId, number>>>;
  /** From the kernel trace, on top. */
  readonly traced: Readonly<Partial<Record<VerdictId, number>>>;
}

/** More than a small receive buffer takes, less than a send buffer. */
const muchData = Buffer.alloc(100_000);
const someData = Buffer.alloc(1000);

/** Each side's FIN when the other one's has come. */
function closeFirst(first: Socket, second: Socket): void {
  second.on('end', () => second.end()).resume();
  first.resume().end();
}

/** Resolves when this end has the FIN. */
function finAt(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('end', resolve).resume());
}

/** Resolves when these bytes are in the kernel. */
function send(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()));
}

export const ways = {
  'client closes first': {
    end: ({ client, server }) => closeFirst(client, server),
    untraced: { 'time-wait-on-client': 1 },
    traced: {},
  },
  'server closes first': {
    end: ({ client, server }) => closeFirst(server, client),
    untraced: { 'time-wait-on-server': 1 },
    traced: {},
  },
  'client leaves, server does not close': {
    end: ({ client }) => void client.destroy(),
    untraced: { 'close-wait-leak': 1, 'fin-wait-2-orphan': 1 },
    traced: {},
  },
  'server leaves, client does not close': {
    end: ({ server }) => void server.destroy(),
    untraced: { 'close-wait-leak': 1, 'fin-wait-2-orphan': 1 },
    traced: {},
  },
  'client ends its side, server does not': {
    end: ({ client }) => void client.end(),
    untraced: { 'close-wait-leak': 1, 'fin-wait-2-held': 1 },
    traced: {},
  },
  'server ends its side, client does not': {
    end: ({ server }) => void server.end(),
    untraced: { 'close-wait-leak': 1, 'fin-wait-2-held': 1 },
    traced: {},
  },
  'client resets': {
    end: ({ client }) => void client.resetAndDestroy(),
    untraced: {},
    traced: { 'reset-by-peer': 1, 'reset-by-us': 1 },
  },
  'server resets': {
    end: ({ server }) => void server.resetAndDestroy(),
    untraced: {},
    traced: { 'reset-by-peer': 1, 'reset-by-us': 1 },
  },
  'server closes with unread data': {
    async end({ client, server }) {
      await send(client, someData);
      server.destroy();
    },
    untraced: {},
    traced: { 'reset-by-peer': 1, 'reset-with-unread-data': 1 },
  },
  'server sends after the client has closed': {
    async end({ client, server }) {
      const fin = finAt(server);
      client.destroy();
      await fin;
      server.write(someData);
    },
    untraced: {},
    traced: { 'reset-by-peer': 1, 'reset-data-after-close': 1 },
  },
  'client vanishes with data in flight': {
    async end({ client, server }) {
      await vanish(client);
      server.write(someData);
    },
    untraced: { 'half-open-peer-gone': 1 },
    traced: {},
  },
  'client vanishes before the FIN': {
    async end({ client, server }) {
      await vanish(client);
      server.destroy();
    },
    untraced: { 'fin-unanswered': 1 },
    traced: {},
  },
  'server sends to a client that does not read': {
    end: ({ server }) => void server.write(muchData),
    untraced: { 'slow-consumer': 1 },
    traced: {},
  },
  'server closes before a client that does not read': {
    async end({ server }) {
      await send(server, muchData);
      server.destroy();
    },
    untraced: { 'fin-blocked-by-reader': 1 },
    traced: {},
  },
  'nobody does anything': { end: () => {}, untraced: {}, traced: {} },
} as const satisfies Readonly<Record<string, Way>>;

export type WayName = keyof typeof ways;

import { setTimeout as pause } from 'node:timers/promises';
import {
  type ConnectOptions,
  connect,
  keepConnected,
  type ManagedConnection,
} from '@farewell/client/node';
import { type LoadResult, load } from './load.ts';
import type { PeerContext, PeerProgram } from './program.ts';
import { fillLink } from './slow-link.ts';

export type ManagedClientCommands = {
  /** Opens one connection. */
  open(): Promise<void>;
  /** Calls `close(code)` on every connection; does not wait for what follows. */
  close(code: number): void;
  /** Opens a connection and closes it with 1000, `count` times, one after the other, until one is refused. */
  load(count: number): Promise<LoadResult>;
  /** For `duration` ms: keeps a connection, and comes back after each end as the library does. */
  stayConnected(duration: number): Promise<void>;
  /** Other traffic fills the link, so that what is sent next is on its way for seconds, in both directions. */
  fillLink(): Promise<void>;
};

interface Options extends ConnectOptions {
  readonly name: string;
  readonly is: string;
}

/** A client of `@farewell/client/node`, with the commands of the ws client whose place it takes. */
export function managedClient({
  name,
  is,
  ...options
}: Options): PeerProgram<ManagedClientCommands> {
  return {
    name,
    is,
    async start(context) {
      const url = `ws://127.0.0.1:${context.serverPort}/`;
      const settings: ConnectOptions = { ...options, ws: { perMessageDeflate: false } };
      const connections: ManagedConnection[] = [];
      const openOne = async (): Promise<ManagedConnection> => {
        const connection = await connect(url, settings).opened;
        follow(connection, context);
        connections.push(connection);
        return connection;
      };
      return {
        open: async () => void (await openOne()),
        close(code) {
          for (const connection of connections) void close(connection, code, context);
        },
        load: (count) =>
          load(
            count,
            async () => {
              const connection = await openOne();
              return { close: () => close(connection, 1000, context) };
            },
            context,
          ),
        stayConnected: (duration) => stayConnected(url, { settings, duration, context }),
        async fillLink() {
          await fillLink();
          for (const { localPort } of connections) context.note('the link is full', localPort);
        },
      };
    },
  };
}

/** Tells of its port, reads what comes, and says how it ended. */
function follow(connection: ManagedConnection, context: PeerContext): void {
  const { localPort = 0 } = connection;
  context.connected(localPort);
  connection.on('message', () => {});
  connection.on('close', ({ cause }) => context.note(`ended: ${cause}`, localPort));
}

function close(connection: ManagedConnection, code: number, context: PeerContext) {
  context.note(`close(${code})`, connection.localPort);
  return connection.close(code);
}

async function stayConnected(
  url: string,
  {
    settings,
    duration,
    context,
  }: {
    readonly settings: ConnectOptions;
    readonly duration: number;
    readonly context: PeerContext;
  },
): Promise<void> {
  const client = keepConnected(url, settings);
  client.on('open', () => {
    const { connection } = client;
    if (connection && 'localPort' in connection) context.connected(Number(connection.localPort));
  });
  client.on('retry', ({ delay }) => context.note(`comes back in ${Math.round(delay)} ms`));
  await pause(duration);
  await client.close();
}

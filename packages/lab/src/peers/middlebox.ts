import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { vanish } from '@farewell/probe';
import { listen } from './listen.ts';
import type { PeerContext, PeerProgram } from './program.ts';

export type MiddleboxCommands = {
  /** Resolves when it has cut every connection that it has. */
  hasCutAll(): Promise<void>;
};

interface Options {
  readonly name: string;
  readonly is: string;
  /** It cuts a connection over which nothing passed for so long, ms. */
  readonly idleTimeout: number;
  /** `silently`: it forwards and answers nothing any more. `with-rst`: it resets both sides. */
  readonly cut: 'silently' | 'with-rst';
}

/** What stands between a client and a server, passes bytes on, and has no patience with idle connections. */
export function middlebox(options: Options): PeerProgram<MiddleboxCommands> {
  return {
    name: options.name,
    is: options.is,
    async start(context) {
      const cuts: Promise<void>[] = [];
      const server = createServer({ noDelay: true }, (client) => {
        cuts.push(pass(client, options, context));
      });
      context.listening(await listen(server, context.frontPort));
      return { hasCutAll: async () => void (await Promise.all(cuts)) };
    },
  };
}

/** Passes bytes on in both directions; resolves when the connection was cut. */
async function pass(client: Socket, options: Options, context: PeerContext): Promise<void> {
  const server = connect({ host: '127.0.0.1', port: context.serverPort, noDelay: true });
  const sides = [client, server] as const;
  for (const side of sides) side.on('error', () => {});
  client.pipe(server).pipe(client);
  // What the server sends is written to the client, so that both directions count as activity of its socket.
  client.setTimeout(options.idleTimeout);
  await once(client, 'timeout');
  context.note(`idle for ${options.idleTimeout / 1000} s: cut`);
  if (options.cut === 'with-rst') sides.forEach((side) => side.resetAndDestroy());
  else await Promise.all(sides.map((side) => vanish(side)));
}

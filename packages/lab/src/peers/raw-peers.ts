import {
  connectRawPeer,
  listenRawPeer,
  type RawPeer,
  type Reflexes,
  type Script,
  type Step,
  vanish,
} from '@farewell/probe';
import { disappear } from '../kernel/disappear.ts';
import type { PeerContext, PeerProgram } from './program.ts';
import { fillLink } from './slow-link.ts';

/** What a raw peer can be told to do, with every connection that it has. */
export type RawCommands<Move extends string = never> = {
  /** One of the moves that the scenario gives it. */
  perform(move: Move): void;
  /** close(2) at once, whatever is unread or unsent. */
  terminate(): void;
  /** The kernel drops what comes in for these connections: to the peer, the host has vanished. */
  vanish(): Promise<void>;
  /** The sockets are gone, and no segment says so: a host that lost its power. */
  disappear(): void;
  /** Other traffic fills the link, so that what is sent next is on its way for seconds, in both directions. */
  fillLink(): Promise<void>;
};

export type RawClientCommands<Move extends string = never> = RawCommands<Move> & {
  /** Opens one connection; resolves when the opening handshake is over. */
  open(): Promise<void>;
};

interface Options<Move extends string> {
  readonly name: string;
  readonly is: string;
  /** What it does with a connection first, the opening handshake included. */
  readonly steps?: readonly Step[];
  /** What it does by itself. Left out: nothing, neither to a ping, nor to Close, nor to FIN. */
  readonly reflexes?: Partial<Reflexes>;
  /** What it can be told to do later. The name is what the diagram says of it. */
  readonly moves?: Readonly<Record<Move, readonly Step[]>>;
}

const deaf = { pong: 'never', close: 'never', fin: 'never' } as const;

/** A client without a WebSocket library, which does only what it is told to, beside its reflexes. */
export function rawClient<Move extends string = never>(
  options: Options<Move>,
): PeerProgram<RawClientCommands<Move>> {
  const script = scriptOf(options, [{ do: 'open' }]);
  return {
    name: options.name,
    is: options.is,
    async start(context) {
      const peers: RawPeer[] = [];
      const open = async (): Promise<void> => {
        const peer = await connectRawPeer(script, { host: '127.0.0.1', port: context.serverPort });
        await peer.until((seen) => seen.some(({ what }) => what === 'handshake'));
        context.connected(peer.socket.localPort ?? 0);
        peers.push(peer);
      };
      const ofClient = { ...options, portOf: (peer: RawPeer) => peer.socket.localPort };
      return { open, ...commands(ofClient, peers, context) };
    },
  };
}

/** A server without a WebSocket library: beyond the opening handshake it does what it is told to, beside its reflexes. */
export function rawServer<Move extends string = never>(
  options: Options<Move>,
): PeerProgram<RawCommands<Move>> {
  const script = scriptOf(options, []);
  return {
    name: options.name,
    is: options.is,
    async start(context) {
      const server = await listenRawPeer(() => script, { port: context.serverPort });
      context.listening(server.port);
      const ofServer = { ...options, portOf: (peer: RawPeer) => peer.socket.remotePort };
      return commands(ofServer, server.peers, context);
    },
  };
}

function scriptOf<Move extends string>(
  { name, steps, reflexes }: Options<Move>,
  usual: readonly Step[],
): Script {
  return { name, steps: steps ?? usual, reflexes: { ...deaf, ...reflexes } };
}

function commands<Move extends string>(
  { moves, portOf }: Options<Move> & { readonly portOf: (peer: RawPeer) => number | undefined },
  peers: readonly RawPeer[],
  context: PeerContext,
): RawCommands<Move> {
  const each = (text: string, act: (peer: RawPeer) => void): void => {
    for (const peer of peers) {
      context.note(text, portOf(peer));
      act(peer);
    }
  };
  return {
    perform: (move) => each(move, (peer) => peer.perform(...(moves?.[move] ?? []))),
    terminate: () => each('closes its socket', ({ socket }) => socket.destroy()),
    async vanish() {
      await Promise.all(peers.map(({ socket }) => vanish(socket)));
      each('network cut: it drops all it receives', () => {});
    },
    disappear: () => each('gone, without a word', ({ socket }) => disappear(socket)),
    async fillLink() {
      await fillLink();
      each('the link is full', () => {});
    },
  };
}

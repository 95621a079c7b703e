import type { Socket } from 'node:net';
import type { Transcript } from '../checks/transcript.ts';
import { connectRawPeer, type RawClientOptions, type RawPeer } from '../raw-peer.ts';
import type { Script } from '../script.ts';
import { NotPlayed, textOf } from './not-played.ts';
import type { Ends, SocketWatch } from './socket-watch.ts';

/** What a script is played against, and who looks at the kernel meanwhile. */
export interface Stage {
  readonly address: RawClientOptions;
  readonly watch: SocketWatch | null;
  readonly signal: AbortSignal;
}

/**
 * Plays a script on a connection of its own and tells what happened. The connection is reset afterwards,
 * so that it costs the other side nothing. Rejects with `NotPlayed` if it cannot be made or watched, or with the
 * signal's reason.
 */
export async function playScript(script: Script, stage: Stage): Promise<Transcript> {
  const peer = await connectTo(script, stage);
  const abort = (): void => void peer.socket.destroy();
  stage.signal.addEventListener('abort', abort, { once: true });
  try {
    const followed = stage.watch?.follow(endsOf(peer.socket));
    await peer.played;
    stage.signal.throwIfAborted();
    return transcriptOf(peer, (await followed?.finish()) ?? []);
  } finally {
    stage.signal.removeEventListener('abort', abort);
    await peer.reset();
  }
}

/** For TCP and TLS, ms: a host that drops every SYN would else be waited for for two minutes. */
const connectWithin = 10_000;

/** Rejects with `NotPlayed`, whose cause is what Node said, or with the signal's reason. */
export async function connectTo(
  script: Script,
  { address, signal }: Pick<Stage, 'address' | 'signal'>,
): Promise<RawPeer> {
  const deadline = AbortSignal.timeout(connectWithin);
  try {
    return await connectRawPeer(script, {
      ...address,
      signal: AbortSignal.any([signal, deadline]),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.aborted) throw new NotPlayed(`no connection: ${textOf(error)}`, error);
    const late = new Error(`no connection within ${connectWithin / 1000} s`);
    throw new NotPlayed(late.message, late);
  }
}

/** What a raw peer has seen so far, with times from `start`: by default the moment it was connected. */
export function transcriptOf(
  peer: RawPeer,
  sockets: Transcript['sockets'],
  start = peer.transcript[0]?.at ?? performance.now(),
): Transcript {
  return {
    entries: peer.transcript.map(({ at, seen, ...entry }) => ({
      ...entry,
      at: at - start,
      ...(seen && {
        seen: { ...seen, at: seen.at - start, notBefore: seen.notBefore - start },
      }),
    })),
    until: performance.now() - start,
    sockets: sockets.map((socket) => ({ ...socket, at: socket.at - start })),
  };
}

/** Both ends of a connected socket. */
export function endsOf(socket: Socket): Ends {
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket;
  return { localAddress, localPort, remoteAddress, remotePort };
}

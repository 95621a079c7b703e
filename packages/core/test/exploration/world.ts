import type { Role, TcpState } from '../../src/index.ts';

/**
 * The joint state of a client, a server, their kernels and the network between them. Time is taken out:
 * everything is seen at 0, and a deadline expires when the exploration chooses it to. So the number of
 * states is finite, and an expiry is tried at every moment at which its wait is pending.
 */

/**
 * What travels. `no`: an answer that refuses the upgrade; `bad`: what breaks RFC 6455; `c`: a Close frame by an
 * end that had received none, `r`: by one that had; `A`: the acknowledgement of a FIN.
 */
export type Token =
  | 'upgrade'
  | 'accept'
  | 'no'
  | 'bad'
  | 'data'
  | 'ping'
  | 'pong'
  | 'c'
  | 'r'
  | 'FIN'
  | 'A'
  | 'RST';

export interface Side {
  /** Number of the interned Connection. */
  readonly known: number;
  readonly isAlive: boolean;
  /** Does the process hold the socket? */
  readonly isOwned: boolean;
  readonly tcpState: TcpState;
  /**
   * Not reading. `full`: the kernel's receive buffer has no room either, so that the peer cannot send.
   * `busy`: the process does not run just now.
   */
  readonly paused: 'no' | 'room' | 'full' | 'busy';
  readonly buffer: readonly Token[];
  /** On their way to this side. */
  readonly wire: readonly Token[];
  /** Received by this side's kernel, not read. */
  readonly unread: readonly Token[];
  /** What can be chosen once, and has been. */
  readonly used: readonly Once[];
  readonly truth: Truth;
}

export type Once = 'close' | 'send' | 'pause' | 'busy' | 'ping' | 'breach';

/** What really happened at this side, to compare conclusions with. */
export interface Truth {
  readonly fin: 'none' | 'first' | 'answer';
  readonly heldTimeWait: boolean;
  readonly sentRst: boolean;
  /** What its application read and sent. */
  readonly readClose: boolean;
  readonly sentClose: boolean;
  readonly readData: boolean;
  readonly sentData: boolean;
}

export interface World {
  readonly client: Side;
  readonly server: Side;
  readonly isCut: boolean;
  /** A deadline expired, a process died, something was terminated, refused or broken, or the network was cut. */
  readonly isDisturbed: boolean;
}

/** The beginning: TCP is established, the client is about to ask for the upgrade. */
export function beginning(known: Readonly<Record<Role, number>>): World {
  const side: Omit<Side, 'known'> = {
    isAlive: true,
    isOwned: true,
    tcpState: 'ESTABLISHED',
    paused: 'no',
    buffer: [],
    wire: [],
    unread: [],
    used: [],
    truth: {
      fin: 'none',
      heldTimeWait: false,
      sentRst: false,
      readClose: false,
      sentClose: false,
      readData: false,
      sentData: false,
    },
  };
  return {
    client: { ...side, known: known.client },
    server: { ...side, known: known.server, wire: ['upgrade'] },
    isCut: false,
    isDisturbed: false,
  };
}

/** The same for equal worlds, and for no others. */
export function keyOf(world: World): string {
  return `${sideKey(world.client)}#${sideKey(world.server)}#${Number(world.isCut)}${Number(world.isDisturbed)}`;
}

function sideKey(side: Side): string {
  const { truth } = side;
  const bits = [truth.heldTimeWait, truth.sentRst, truth.readClose, truth.sentClose];
  const flags = [...bits, truth.readData, truth.sentData, side.isAlive, side.isOwned];
  const number = flags.reduce((sum, flag) => sum * 2 + Number(flag), 0);
  return `${side.known},${number},${truth.fin},${side.tcpState},${side.paused},${side.buffer.join('')},${side.wire.join('')},${side.unread.join('')},${side.used.join('')}`;
}

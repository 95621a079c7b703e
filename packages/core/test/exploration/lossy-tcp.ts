import {
  finProof,
  nextTcpState,
  peerOf,
  type Role,
  type TcpEvent,
  type TcpState,
} from '../../src/index.ts';

/**
 * TCP alone, on a network that loses, duplicates and reorders. Two ends close when they like; what is not
 * acknowledged is sent again. `covers`: the segment acknowledges the receiver's FIN.
 */
export interface Segment {
  readonly to: Role;
  readonly kind: 'FIN' | 'ACK' | 'RST';
  readonly covers: boolean;
}

export interface TcpEnd {
  readonly tcpState: TcpState;
  /** Every tcpState it has been in. */
  readonly been: readonly TcpState[];
  readonly fin: 'none' | 'first' | 'answer';
  readonly gotFin: boolean;
  /** How often a FIN restarted its TIME-WAIT. */
  readonly restarts: number;
  readonly retransmissions: number;
}

export interface LossyWorld {
  readonly client: TcpEnd;
  readonly server: TcpEnd;
  readonly inFlight: readonly Segment[];
  readonly losses: number;
  readonly duplicates: number;
  /** Did an RST answer a FIN that came after TIME-WAIT was over? */
  readonly wasReset: boolean;
}

/** How often each may happen in one run: enough to lose every FIN and every ACK once. */
export const limits = { losses: 2, duplicates: 1, retransmissions: 2 } as const;

/** The same for equal worlds, and for no others. */
export function lossyKey({ client, server, inFlight, ...counts }: LossyWorld): string {
  const ends = [client, server].map((end) => Object.values(end).join());
  return [...ends, inFlight.map(text).join(), Object.values(counts).join()].join('|');
}

function text({ to, kind, covers }: Segment): string {
  return `${to}${kind}${Number(covers)}`;
}

const roles = ['client', 'server'] as const;
const end: TcpEnd = {
  tcpState: 'ESTABLISHED',
  been: ['ESTABLISHED'],
  fin: 'none',
  gotFin: false,
  restarts: 0,
  retransmissions: 0,
};

export const established: LossyWorld = {
  client: end,
  server: end,
  inFlight: [],
  losses: 0,
  duplicates: 0,
  wasReset: false,
};

/** All that may happen next. */
export function nextWorlds(world: LossyWorld): readonly LossyWorld[] {
  return [...roles.flatMap((role) => timers(world, role)), ...segments(world)];
}

function timers(world: LossyWorld, role: Role): readonly LossyWorld[] {
  const { tcpState, retransmissions, fin } = world[role];
  const next: LossyWorld[] = [];
  if (tcpState === 'ESTABLISHED' || tcpState === 'CLOSE-WAIT') next.push(closes(world, role));
  const unanswered = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'].includes(tcpState) && fin !== 'none';
  if (unanswered && retransmissions < limits.retransmissions) {
    const again = change(world, role, { retransmissions: retransmissions + 1 });
    next.push(send(again, role, 'FIN'));
  }
  // It gives up, as a kernel does, when all tries are used and nothing is on its way.
  const isAlone = world.inFlight.length === 0;
  if (isAlone && unanswered && retransmissions === limits.retransmissions) {
    next.push(step(world, role, 'give-up'));
  }
  if (isAlone && tcpState === 'FIN-WAIT-2' && world[peerOf(role)].tcpState === 'CLOSED') {
    next.push(step(world, role, 'give-up'));
  }
  // 2 MSL outlive what is in flight.
  if (isAlone && tcpState === 'TIME-WAIT') next.push(step(world, role, 'expire'));
  return next;
}

function closes(world: LossyWorld, role: Role): LossyWorld {
  const fin = world[role].tcpState === 'CLOSE-WAIT' ? 'answer' : 'first';
  return send(step(change(world, role, { fin }), role, 'close'), role, 'FIN');
}

function segments(world: LossyWorld): readonly LossyWorld[] {
  return world.inFlight.flatMap((segment, index) => {
    const rest = { ...world, inFlight: world.inFlight.toSpliced(index, 1) };
    const next = [arrive(rest, segment)];
    if (world.losses < limits.losses) next.push({ ...rest, losses: world.losses + 1 });
    if (world.duplicates < limits.duplicates) {
      next.push({ ...arrive(world, segment), duplicates: world.duplicates + 1 });
    }
    return next;
  });
}

function arrive(world: LossyWorld, { to, kind, covers }: Segment): LossyWorld {
  const { tcpState } = world[to];
  if (kind === 'RST') return tcpState === 'TIME-WAIT' ? world : step(world, to, 'receive-rst');
  if (kind === 'ACK') return covers ? step(world, to, 'receive-ack-of-fin') : world;
  if (tcpState === 'CLOSED') return send({ ...world, wasReset: true }, to, 'RST');
  return receiveFin(change(world, to, { gotFin: true }), to, covers);
}

function receiveFin(world: LossyWorld, role: Role, covers: boolean): LossyWorld {
  const { tcpState, restarts } = world[role];
  if (tcpState === 'TIME-WAIT') {
    return send(change(world, role, { restarts: restarts + 1 }), role, 'ACK');
  }
  if (tcpState === 'LAST-ACK')
    return covers ? step(world, role, 'receive-ack-of-fin') : send(world, role, 'ACK');
  return send(step(world, role, covers ? 'receive-fin-ack' : 'receive-fin'), role, 'ACK');
}

function step(world: LossyWorld, role: Role, event: TcpEvent): LossyWorld {
  const { tcpState: before, been } = world[role];
  const tcpState = nextTcpState(before, event);
  return tcpState === before ? world : change(world, role, { tcpState, been: [...been, tcpState] });
}

function send(world: LossyWorld, from: Role, kind: Segment['kind']): LossyWorld {
  const segment = { to: peerOf(from), kind, covers: world[from].gotFin };
  return { ...world, inFlight: [...world.inFlight, segment].toSorted(byText) };
}

function byText(a: Segment, b: Segment): number {
  return text(a) < text(b) ? -1 : 1;
}

function change(world: LossyWorld, role: Role, changes: Partial<TcpEnd>): LossyWorld {
  return { ...world, [role]: { ...world[role], ...changes } };
}

/** Is what the tcpState of an end proves about the FINs true of it? */
export function proofHolds({ tcpState, fin, gotFin }: TcpEnd): boolean {
  const proof = finProof(tcpState);
  if (proof === null) return true;
  return (
    proof.sent === (fin !== 'none') && proof.received === gotFin && (proof.order ?? 'none') === fin
  );
}

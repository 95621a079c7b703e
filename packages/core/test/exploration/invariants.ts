import {
  type CloseOutcome,
  type Connection,
  isEnded,
  peerOf,
  type Role,
  type TcpOutcome,
} from '../../src/index.ts';
import { isAtRest } from './choices.ts';
import type { Checks } from './explore.ts';
import { Violation } from './setup.ts';
import type { Shells } from './shell.ts';
import type { World } from './world.ts';

const roles = ['client', 'server'] as const;

function must(holds: boolean, what: string): void {
  if (!holds) throw new Violation(what);
}

/** What holds in every state, and at the end of every run. */
export const invariants: Checks = {
  inEveryState(world, shells) {
    for (const role of roles) {
      const connection = shells.connection(world, role);
      waitsHaveDeadlines(world, role, shells);
      finsAreInOrder(world, role, connection);
      outcomeIsThereOnceEnded(world, role, shells);
    }
  },
  atEveryEnd(world, shells) {
    must(isAtRest(world), 'a socket is left that nothing will ever end');
    for (const role of roles) {
      const result = shells.outcome(world, role);
      must(result !== null || !world[role].isAlive, `the ${role} has not ended`);
      if (result) outcomeFitsTheTruth(world, role, result);
    }
    if (!world.isDisturbed) everythingIsAsItShould(world, shells);
  },
};

function waitsHaveDeadlines(world: World, role: Role, shells: Shells): void {
  const connection = shells.connection(world, role);
  if (!world[role].isAlive || isEnded(connection)) return;
  const { deadline, actions } = shells.decision(world, role);
  must(actions.length === 0, `the ${role} came to rest with something to do`);
  must(deadline !== null, `the ${role} waits without a deadline`);
}

/** Never a FIN right behind one's own Close (through nginx, that is 1006 for the other side). */
function finsAreInOrder(world: World, role: Role, connection: Connection): void {
  const side = world[role];
  const queued = connection[role].finQueuedAt !== null;
  if (!queued || !side.isAlive) return;
  // RFC 6455 §7.1.7: who broke it is not waited for.
  if (connection[peerOf(role)].violation !== null) return;
  const peerFin = connection[peerOf(role)].fin !== null;
  const { sentClose, readClose } = side.truth;
  must(peerFin || (sentClose && readClose), `the ${role} sent FIN before both Close frames passed`);
}

function outcomeIsThereOnceEnded(world: World, role: Role, shells: Shells): void {
  const connection = shells.connection(world, role);
  const isThere = shells.outcome(world, role) !== null;
  must(
    isThere === isEnded(connection),
    `the ${role} has an outcome before its end, or none after it`,
  );
}

/** The outcome never contradicts the kernels; an inferred answer may be wrong after a fault only. */
function outcomeFitsTheTruth(world: World, role: Role, result: CloseOutcome): void {
  const { readClose, sentClose } = world[role].truth;
  must(result.code === (readClose ? 1000 : 1006), `the ${role} has the wrong code ${result.code}`);
  must(result.wasClean === (readClose && sentClose), `the ${role} has the wrong wasClean`);
  must(result.cause !== 'unknown', `the ${role} does not know the cause of its end`);
  tcpFitsTheTruth(world, role, result.tcp);
}

function tcpFitsTheTruth(world: World, role: Role, tcp: TcpOutcome): void {
  const says = `the ${role} says ${JSON.stringify(tcp)}, but`;
  const mayErr = tcp.basis === 'inferred' && world.isDisturbed;
  const firstFin = holder(world, (side) => side.truth.fin === 'first');
  const timeWait = holder(world, (side) => side.truth.heldTimeWait);
  if (!mayErr) {
    must(agrees(tcp.firstFin, firstFin), `${says} the first FIN was by ${firstFin}`);
    must(agrees(tcp.timeWait, timeWait), `${says} TIME-WAIT was held by ${timeWait}`);
  }
  for (const end of roles) {
    const held = world[end].truth.heldTimeWait ? 'yes' : 'no';
    must(agrees(tcp.heldTimeWait[end], held), `${says} TIME-WAIT of the ${end}: ${held}`);
    must(agrees(tcp.ended[end], endedBy(world, end)), `${says} ${end}: ${endedBy(world, end)}`);
  }
}

function agrees(said: string, truth: string): boolean {
  return said === 'unknown' || said === truth;
}

function endedBy(world: World, role: Role): string {
  const { truth } = world[role];
  if (truth.sentRst) return 'rst';
  return truth.fin === 'none' ? 'open' : 'fin';
}

/** Which ends something is true of, as `Holder` says it. */
export function holder(world: World, is: (side: World['client']) => boolean): string {
  if (is(world.client)) return is(world.server) ? 'both' : 'client';
  return is(world.server) ? 'server' : 'none';
}

/** No deadline, no death, no cut: as the policies say, clean, and nothing lost. */
function everythingIsAsItShould(world: World, shells: Shells): void {
  for (const role of roles) {
    const cause = shells.outcome(world, role)?.cause;
    must(cause === 'closing-handshake', `the ${role} did not close properly`);
    const arrived = world[peerOf(role)].truth.readData;
    must(arrived === world[role].truth.sentData, `data of the ${role} was lost`);
  }
  const { client, server } = shells.setup.policies;
  if (client.firstFin !== server.firstFin) return;
  const timeWait = holder(world, (side) => side.truth.heldTimeWait);
  const expected =
    world.client.truth.sentRst || world.server.truth.sentRst ? 'none' : client.firstFin;
  must(timeWait === expected, `TIME-WAIT is held by ${timeWait}, the policy says ${expected}`);
  const mayReset = [client, server].some((policy) => policy.afterHandshake === 'reset');
  must(expected !== 'none' || mayReset, 'a reset that no policy asks for');
}

import { isEnded, type Role } from '../../src/index.ts';
import { arrive, closeDescriptor, patch, patchTruth, step, timerOf } from './kernel.ts';
import type { Shells } from './shell.ts';
import type { Once, World } from './world.ts';

/** Something that may happen next: nobody knows which of them does. */
export interface Choice {
  readonly name: string;
  readonly next: () => World;
}

const roles = ['client', 'server'] as const;

/** All that may happen in a world: an arrival, a whim of an application, an expiry, a fault. */
export function choicesIn(world: World, shells: Shells): readonly Choice[] {
  const choices = roles.flatMap((role) => [
    ...arrivals(world, role, shells),
    ...whims(world, role, shells),
    ...expiries(world, role, shells),
    ...faults(world, role, shells),
  ]);
  if (shells.setup.may.includes('cut') && !world.isCut && !isAtRest(world))
    choices.push({ name: 'the network is cut', next: () => cut(world) });
  return choices;
}

/** Is nothing left of the connection but TIME-WAIT, and nothing on its way? */
export function isAtRest(world: World): boolean {
  return roles.every((role) => {
    const { tcpState, wire, isOwned } = world[role];
    const isGone = tcpState === 'CLOSED' || tcpState === 'TIME-WAIT';
    return isGone && !isOwned && wire.length === 0;
  });
}

function arrivals(world: World, role: Role, shells: Shells): readonly Choice[] {
  const [token, ...wire] = world[role].wire;
  if (token === undefined) return [];
  const next = (): World => {
    const arrived = arrive(patch(world, role, { wire }), role, token);
    return shells.settle(shells.lookIntoKernel(arrived, role));
  };
  return [{ name: `${token} reaches the ${role}`, next }];
}

function whims(world: World, role: Role, shells: Shells): readonly Choice[] {
  const { isAlive, isOwned, paused } = world[role];
  const connection = shells.connection(world, role);
  if (!isAlive || !isOwned || isEnded(connection) || connection.openedAt === null) return [];
  const { may } = shells.setup;
  const isClosing = connection[role].closeFrame !== null || connection[role].finQueuedAt !== null;
  const choices: Choice[] = [];
  const offer = (what: Once, name: string, next: (begun: World) => World): void => {
    if (world[role].used.includes(what) || (isClosing && what !== 'busy')) return;
    const used = [...world[role].used, what].toSorted();
    const begin = (): World => shells.settle(next(patch(world, role, { used })));
    choices.push({ name: `the ${role} ${name}`, next: begin });
  };
  for (const did of ['close', 'drain', 'terminate'] as const) {
    if (may.includes(did))
      offer('close', `wants: ${did}`, (begun) => wants(begun, role, { did, shells }));
  }
  if (may.includes('send')) offer('send', 'sends data', (begun) => sends(begun, role, shells));
  if (may.includes('breach'))
    offer('breach', 'breaks the protocol', (begun) => shells.queue(disturbed(begun), role, 'bad'));
  for (const mode of ['room', 'full'] as const) {
    if (!may.includes(`pause-${mode}`)) continue;
    offer('pause', `stops reading (${mode})`, (begun) => pauses(begun, role, { mode, shells }));
  }
  if (may.includes('busy'))
    offer('busy', 'is busy', (begun) => patch(begun, role, { paused: 'busy' }));
  if (paused === 'busy') {
    const next = (): World => shells.settle(patch(world, role, { paused: 'no' }));
    choices.push({ name: `the ${role} is no longer busy`, next });
  } else if (paused !== 'no' && may.includes('resume')) {
    const next = (): World => shells.settle(shells.carryOut(world, role, [{ kind: 'resume' }]));
    choices.push({ name: `the ${role} reads again`, next });
  }
  return choices;
}

function wants(
  world: World,
  role: Role,
  { did, shells }: { readonly did: 'close' | 'drain' | 'terminate'; readonly shells: Shells },
): World {
  const begun = did === 'terminate' ? disturbed(world) : world;
  return shells.see(begun, role, { kind: 'application', of: role, did, statusCode: 1000 });
}

function sends(world: World, role: Role, shells: Shells): World {
  return shells.queue(patchTruth(world, role, { sentData: true }), role, 'data');
}

function pauses(
  world: World,
  role: Role,
  { mode, shells }: { readonly mode: 'room' | 'full'; readonly shells: Shells },
): World {
  if (world[role].paused === 'busy') return world;
  const paused = patch(world, role, { paused: mode });
  return shells.see(paused, role, { kind: 'reading', of: role, paused: true });
}

function expiries(world: World, role: Role, shells: Shells): readonly Choice[] {
  if (!world[role].isAlive) return [];
  return shells.waits(world, role).flatMap((name) => {
    const { may } = shells.setup;
    const pinged = world[role].used.includes('ping') || !may.includes('ping');
    if (name === 'heartbeat' && pinged) return [];
    const next = (): World => {
      const { actions } = shells.decision(world, role, name);
      const isPing = name === 'heartbeat';
      const used = isPing ? [...world[role].used, 'ping' as const].toSorted() : world[role].used;
      const expired = isPing ? world : disturbed(world);
      return shells.settle(shells.carryOut(patch(expired, role, { used }), role, actions));
    };
    return [{ name: `${name} expires at the ${role}`, next }];
  });
}

function faults(world: World, role: Role, shells: Shells): readonly Choice[] {
  const choices: Choice[] = [];
  if (shells.setup.may.includes('die') && world[role].isAlive && world[role].isOwned) {
    const next = (): World => {
      const dead = patch(disturbed(world), role, { isAlive: false, paused: 'no' });
      return shells.settle(closeDescriptor(dead, role));
    };
    choices.push({ name: `the ${role}'s process dies`, next });
  }
  if (shells.setup.may.includes('refuse') && role === 'server' && isAsked(world))
    choices.push({ name: 'the server refuses', next: () => refuses(world, shells) });
  const timer = timerOf(world, role);
  if (timer && shells.setup.may.includes(timer)) {
    const next = (): World => shells.settle(giveUp(world, role, shells));
    choices.push({ name: `the ${role}'s kernel gives up`, next });
  }
  return choices;
}

function isAsked({ server }: World): boolean {
  return server.isAlive && server.isOwned && server.wire[0] === 'upgrade';
}

/** It answers, closes, and wants no more of it. */
function refuses(world: World, shells: Shells): World {
  const [, ...wire] = world.server.wire;
  const answered = shells.queue(patch(disturbed(world), 'server', { wire }), 'server', 'no');
  return shells.settle(wants(answered, 'server', { did: 'terminate', shells }));
}

function giveUp(world: World, role: Role, shells: Shells): World {
  const gone = step(disturbed(world), role, 'give-up');
  const { isAlive, isOwned } = gone[role];
  if (!isAlive || !isOwned) return gone;
  return shells.see(gone, role, {
    kind: 'error',
    of: role,
    errno: 'ETIMEDOUT',
    message: 'read ETIMEDOUT',
  });
}

function cut(world: World): World {
  const silent = patch(patch(world, 'client', { wire: [] }), 'server', { wire: [] });
  return { ...disturbed(silent), isCut: true };
}

function disturbed(world: World): World {
  return { ...world, isDisturbed: true };
}

import type { Observation, Role, Vantage } from '../../src/index.ts';
import { choicesIn } from './choices.ts';
import type { Setup } from './setup.ts';
import { Shells } from './shell.ts';
import { beginning, type Token, type World } from './world.ts';

/** One run, as the library at each end and somebody with packets saw it, with the kernels' trace. */
export type Logs = Readonly<Record<Vantage, readonly Observation[]>>;

const roles = ['client', 'server'] as const;

/** A run that always takes the choice that `picks` names, until nothing more can happen. */
export function walk(setup: Omit<Setup, 'tap'>, picks: readonly number[]): Logs {
  const logs: Record<Vantage, Observation[]> = { client: [], server: [], wire: [] };
  const shells = new Shells({
    ...setup,
    tap: {
      seen: (role, observation) => logs[role].push(observation),
      sent: (world, role, token) => logs.wire.push(...onTheWire(world, role, token)),
    },
  });
  let world = beginning({ client: shells.start('client'), server: shells.start('server') });
  world = shells.settle(world);
  for (let step = 0; ; step++) {
    const choices = choicesIn(world, shells);
    const choice = choices[(picks[step % picks.length] ?? 0) % choices.length];
    if (!choice) break;
    const before = world;
    world = choice.next();
    for (const role of roles) {
      if (before[role].tcpState === world[role].tcpState) continue;
      const traced = trace(world, role);
      for (const log of Object.values(logs)) log.push(traced);
    }
  }
  logs.wire.push(wireEnded(world));
  return logs;
}

function trace(world: World, of: Role): Observation {
  const { tcpState, isOwned: owned } = world[of];
  return { kind: 'tcp-state', at: 0, source: 'kernel-trace', of, tcpState, owned };
}

function onTheWire(world: World, by: Role, token: Token): readonly Observation[] {
  if (world.isCut) return [];
  const seen = { at: 0, source: 'packets', seenAt: 'wire', by } as const;
  const { truth, unread, tcpState } = world[by];
  if (token === 'accept') return [{ kind: 'opened', at: 0, source: 'packets' }];
  if (token === 'c' || token === 'r') {
    // The kernel acknowledges a Close frame before the application has read it.
    const hadPeerClose = truth.readClose || unread.includes('c') || unread.includes('r');
    return [{ ...seen, kind: 'close-frame', statusCode: 1000, reason: '', hadPeerClose }];
  }
  if (token === 'FIN' && tcpState !== 'CLOSED') {
    return [{ ...seen, kind: 'fin', hadPeerFin: tcpState === 'CLOSE-WAIT' }];
  }
  return [];
}

function wireEnded(world: World): Observation {
  const never = roles.flatMap((role) => {
    const { truth } = world[role];
    return [
      ...(truth.sentClose ? [] : ([`${role}-sent-close`] as const)),
      ...(truth.fin === 'none' ? ([`${role}-sent-fin`] as const) : []),
      ...(truth.sentRst ? [] : ([`${role}-sent-rst`] as const)),
    ];
  });
  return { kind: 'ended', at: 0, source: 'packets', of: 'wire', never, unflushedBytes: 'unknown' };
}

import {
  type Action,
  type Because,
  type CloseOutcome,
  type Connection,
  type DeadlineName,
  type Decision,
  deadlines,
  endingOf,
  type Fact,
  isEnded,
  type Observation,
  observe,
  outcome,
  peerOf,
  type Role,
  unseenConnection,
} from '../../src/index.ts';
import { abort, closeDescriptor, emit, patch, patchTruth, sendFin } from './kernel.ts';
import { untimed } from './policies.ts';
import { type Setup, Violation } from './setup.ts';
import type { Token, World } from './world.ts';

/**
 * The shells of both ends: they read, carry out what is decided, and feed it back, all in one go.
 * Knowledge is interned, and what follows from it remembered: an exploration asks the same again and again.
 */
export class Shells {
  readonly setup: Setup;
  private readonly connections: Connection[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly observed = new Map<string, number>();
  private readonly decided = new Map<string, Decision>();
  private readonly outcomes = new Map<number, CloseOutcome | null>();
  private readonly waiting = new Map<string, readonly DeadlineName[]>();

  constructor(setup: Setup) {
    this.setup = setup;
  }

  start(role: Role): number {
    const seen = { kind: 'connecting', at: 0, source: 'library' } as const;
    return this.number(observe(unseenConnection(role), seen));
  }

  connection(world: World, role: Role): Connection {
    const known = this.connections[world[role].known];
    if (!known) throw new Violation('no such connection');
    return known;
  }

  /** The outcome of `role`, if any. */
  outcome(world: World, role: Role): CloseOutcome | null {
    return remember(this.outcomes, world[role].known, () => outcome(this.connection(world, role)));
  }

  /** What `role` waits for, of what may expire. */
  waits(world: World, role: Role): readonly DeadlineName[] {
    return remember(this.waiting, `${role}${world[role].known}`, () => {
      const { policies, mayExpire } = this.setup;
      const names = deadlines(this.connection(world, role), policies[role]).map(({ name }) => name);
      return [...new Set(names)].filter((name) => mayExpire(role, name));
    });
  }

  /** What `role` decides; `expired` names the deadline that is over. Asked twice, it must not differ. */
  decision(world: World, role: Role, expired: DeadlineName | null = null): Decision {
    const key = `${role}${world[role].known}${expired ?? ''}`;
    const known = this.decided.get(key);
    if (known) return known;
    const policy = untimed(this.setup.policies[role], expired);
    const connection = this.connection(world, role);
    const decision = this.setup.decide(connection, policy, 0);
    if (JSON.stringify(decision) !== JSON.stringify(this.setup.decide(connection, policy, 0))) {
      throw new Violation('decide is not idempotent');
    }
    this.decided.set(key, decision);
    return decision;
  }

  see(world: World, role: Role, fact: Fact): World {
    const observation: Observation = { at: 0, source: 'library', ...fact };
    this.setup.tap?.seen(role, observation);
    return patch(world, role, { known: this.take(world[role].known, observation) });
  }

  /** Reads, decides and sends until there is nothing to do, at both ends. */
  settle(world: World): World {
    let settled = world;
    for (let round = 0; round < 50; round++) {
      const before = settled;
      for (const role of ['client', 'server'] as const) settled = this.settleEnd(settled, role);
      if (settled === before) return settled;
    }
    throw new Violation('the ends never come to rest without anything from outside');
  }

  carryOut(world: World, role: Role, actions: readonly Action[]): World {
    return actions.reduce((next, action) => this.carryOutOne(next, role, action), world);
  }

  private settleEnd(world: World, role: Role): World {
    let next = this.read(this.flush(world, role), role);
    const side = next[role];
    if (!side.isAlive || isEnded(this.connection(next, role))) return next;
    const { actions } = this.decision(next, role);
    if (actions.length > 0) next = this.carryOut(next, role, actions);
    return next;
  }

  private read(world: World, role: Role): World {
    const [token, ...unread] = world[role].unread;
    const { isAlive, isOwned, paused } = world[role];
    if (token === undefined || !isAlive || !isOwned || paused !== 'no') return world;
    return this.reads(patch(world, role, { unread }), role, token);
  }

  private reads(world: World, role: Role, token: Token): World {
    const by = peerOf(role);
    const isDeaf = this.connection(world, role)[by].violation !== null;
    if (isDeaf && token !== 'FIN' && token !== 'RST') return world;
    switch (token) {
      case 'upgrade':
        return this.queue(this.see(world, role, { kind: 'opened' }), role, 'accept');
      case 'accept':
        return this.see(world, role, { kind: 'opened' });
      case 'no':
        return this.see(world, role, { kind: 'refused', httpStatus: 403 });
      case 'bad':
        return world[role].truth.readClose ? world : this.wasBroken(world, role);
      case 'data':
        return this.see(patchTruth(world, role, { readData: true }), role, {
          kind: 'data',
          by,
          seenAt: role,
          bytes: 1,
        });
      case 'ping':
        return this.queue(
          this.see(world, role, { kind: 'ping', by, seenAt: role, bytes: 1 }),
          role,
          'pong',
        );
      case 'pong':
        return this.see(world, role, { kind: 'pong', by, seenAt: role, bytes: 1 });
      case 'c':
      case 'r':
        return this.see(patchTruth(world, role, { readClose: true }), role, {
          kind: 'close-frame',
          by,
          seenAt: role,
          statusCode: 1000,
          reason: '',
          hadPeerClose: token === 'r' ? true : 'unknown',
        });
      case 'FIN':
        return this.see(world, role, { kind: 'fin', by, seenAt: role, hadPeerFin: 'unknown' });
      case 'RST':
        return this.see(world, role, { kind: 'rst', by, seenAt: role });
      case 'A':
        throw new Violation('an acknowledgement is not read');
    }
  }

  /** As ws: it answers with a Close frame, unless it has sent one, and reads no more; then FIN. */
  private wasBroken(world: World, role: Role): World {
    const by = peerOf(role);
    const because = 'protocol-violation';
    const seen = this.see(world, role, { kind: 'violation', by, statusCode: 1002, section: '5.2' });
    const close = { kind: 'send-close', statusCode: 1002, reason: '', because } as const;
    const told = world[role].truth.sentClose ? seen : this.sendClose(seen, role, close);
    const isQueued = this.connection(told, role)[role].finQueuedAt !== null;
    return isQueued ? told : this.carryOutOne(told, role, { kind: 'send-fin', because });
  }

  private carryOutOne(world: World, role: Role, action: Action): World {
    switch (action.kind) {
      case 'send-close':
        return this.sendClose(world, role, action);
      case 'send-ping': {
        const pinged = this.see(world, role, { kind: 'ping', by: role, seenAt: role, bytes: 1 });
        return this.queue(pinged, role, 'ping');
      }
      case 'send-fin': {
        const { because } = action;
        const queued = this.see(world, role, { kind: 'fin-queued', of: role, because });
        return this.queue(queued, role, 'FIN');
      }
      case 'reset':
        return this.reset(world, role, action.because);
      case 'destroy': {
        const { because } = action;
        return this.see(closeDescriptor(world, role), role, {
          kind: 'destroyed',
          of: role,
          because,
        });
      }
      case 'resume': {
        const resumed = patch(world, role, { paused: 'no' });
        return this.see(resumed, role, { kind: 'reading', of: role, paused: false });
      }
      case 'release':
        return this.release(world, role);
    }
  }

  private reset(world: World, role: Role, because: Because): World {
    // To the application it is a reset also where the kernel had lost the connection before.
    const aborted = patchTruth(abort(world, role), role, { sentRst: true });
    const reset = patch(aborted, role, { isOwned: false });
    return this.see(reset, role, { kind: 'rst', by: role, seenAt: role, because });
  }

  private sendClose(
    world: World,
    role: Role,
    action: Extract<Action, { kind: 'send-close' }>,
  ): World {
    const hadPeerClose = world[role].truth.readClose;
    const { statusCode, reason, because } = action;
    const sent = this.see(patchTruth(world, role, { sentClose: true }), role, {
      kind: 'close-frame',
      by: role,
      seenAt: role,
      statusCode,
      reason,
      hadPeerClose,
      because,
    });
    return this.queue(sent, role, hadPeerClose ? 'r' : 'c');
  }

  private release(world: World, role: Role): World {
    const { refused } = this.connection(world, role);
    const { abort } = this.setup.policies[role];
    const isCutOff = refused !== null && world[role].isOwned && abort === 'rst';
    const left = isCutOff ? this.reset(world, role, 'policy') : world;
    const released = closeDescriptor(left, role);
    const looked = this.lookIntoKernel(released, role);
    const ended = endingOf(this.connection(looked, role), role, { at: 0, unflushedBytes: 0 });
    return this.see(looked, role, ended);
  }

  /** Queues a token behind what is unsent, and sends what can be sent. */
  queue(world: World, role: Role, token: Token): World {
    return this.flush(patch(world, role, { buffer: [...world[role].buffer, token] }), role);
  }

  private flush(world: World, role: Role): World {
    let next = world;
    for (;;) {
      const [token, ...buffer] = next[role].buffer;
      if (token === undefined || isBlocked(next, role, token)) break;
      this.setup.tap?.sent(next, role, token);
      next = patch(next, role, { buffer });
      next = token === 'FIN' ? this.finGoesOut(next, role) : emit(next, role, token);
    }
    const bytes = next[role].buffer.length;
    const known = this.connection(next, role)[role].unsent?.bytes ?? 0;
    if (bytes === known || !next[role].isOwned) return next;
    return this.see(next, role, { kind: 'unsent', of: role, bytes });
  }

  private finGoesOut(world: World, role: Role): World {
    const { tcpState } = world[role];
    if (tcpState === 'CLOSED') return world;
    const hasRead = this.connection(world, role)[peerOf(role)].fin !== null;
    const asked = this.setup.asksKernel[role] ? tcpState === 'CLOSE-WAIT' : 'unknown';
    const sent = sendFin(world, role);
    return this.see(sent, role, {
      kind: 'fin',
      by: role,
      seenAt: role,
      hadPeerFin: hasRead ? true : asked,
    });
  }

  /** One exact look at the own socket, where the shell can. */
  lookIntoKernel(world: World, role: Role): World {
    const { tcpState, isOwned, isAlive } = world[role];
    const connection = this.connection(world, role);
    const isKnown = connection[role].tcpStates[tcpState] !== undefined;
    if (!this.setup.asksKernel[role] || !isAlive || isKnown || isEnded(connection)) return world;
    return this.see(world, role, { kind: 'tcp-state', of: role, tcpState, owned: isOwned });
  }

  private take(known: number, observation: Observation): number {
    const key = `${known}${JSON.stringify(observation)}`;
    const remembered = this.observed.get(key);
    if (remembered !== undefined) return remembered;
    const connection = this.connections[known];
    if (!connection) throw new Violation('no such connection');
    const number = this.number(observe(connection, observation));
    this.observed.set(key, number);
    return number;
  }

  private number(connection: Connection): number {
    const key = JSON.stringify(connection);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.connections.push(connection);
    this.numbers.set(key, this.connections.length - 1);
    return this.connections.length - 1;
  }
}

function remember<K, V>(known: Map<K, V>, key: K, find: () => V): V {
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const found = find();
  known.set(key, found);
  return found;
}

/** A zero window stops what has bytes; a FIN has none. */
function isBlocked(world: World, role: Role, token: Token): boolean {
  const peer = world[peerOf(role)];
  return token !== 'FIN' && peer.paused === 'full' && peer.isOwned;
}

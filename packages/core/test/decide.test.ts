import { expect, test } from 'vitest';
import {
  type Connection,
  createPolicy,
  decide,
  describeOutcome,
  endingOf,
  type Fact,
  observe,
  outcome,
  type Policy,
  type PolicyOptions,
  type Role,
  unseenConnection,
} from '../src/index.ts';

function policyFor(local: Role, options: PolicyOptions = {}): Policy {
  const result = createPolicy(local, options);
  if (result.policy === null) throw new Error(result.problem);
  return result.policy;
}

/** What one end sees and does, in virtual time. */
class Course {
  connection: Connection;
  private readonly role: Role;
  constructor(role: Role) {
    this.role = role;
    this.connection = unseenConnection(role);
  }
  see(at: number, fact: Fact): this {
    this.connection = observe(this.connection, { at, source: 'library', ...fact });
    return this;
  }
  end(at: number): this {
    const ended = endingOf(this.connection, this.role, { at, unflushedBytes: 0 });
    this.connection = observe(this.connection, ended);
    return this;
  }
}

const close = (by: Role, seenAt: Role, hadPeerClose: boolean | 'unknown'): Fact => ({
  kind: 'close-frame',
  by,
  seenAt,
  statusCode: 1000,
  reason: '',
  hadPeerClose,
  because: 'application',
});
const fin = (by: Role, seenAt: Role, hadPeerFin: boolean | 'unknown'): Fact => ({
  kind: 'fin',
  by,
  seenAt,
  hadPeerFin,
});

test('a server sends FIN as soon as both Close frames have passed', () => {
  const policy = policyFor('server');
  const course = new Course('server').see(0, { kind: 'connecting' }).see(1, { kind: 'opened' });
  expect(decide(course.connection, policy, 2)).toEqual({
    actions: [],
    deadline: { name: 'heartbeat', at: 30_001 },
  });
  course.see(5, close('client', 'server', 'unknown'));
  expect(decide(course.connection, policy, 5).actions).toEqual([
    { kind: 'send-close', statusCode: 1000, reason: '', because: 'peer' },
  ]);
  course.see(5, close('server', 'server', true));
  expect(decide(course.connection, policy, 5)).toEqual({
    actions: [{ kind: 'send-fin', because: 'policy' }],
    deadline: { name: 'fin', at: 1_005 },
  });
  course.see(6, fin('server', 'server', 'unknown'));
  expect(decide(course.connection, policy, 6)).toEqual({
    actions: [],
    deadline: { name: 'fin', at: 2_005 },
  });
  course.see(7, fin('client', 'server', 'unknown'));
  expect(decide(course.connection, policy, 7)).toEqual({
    actions: [{ kind: 'release' }],
    deadline: null,
  });
  course.end(7);
  expect(outcome(course.connection)).toMatchObject({
    code: 1000,
    wasClean: true,
    order: 'received-first',
    cause: 'closing-handshake',
  });
  expect(describeOutcome(course.connection)).toBe(
    'received 1000 (normal closure); sent 1000 (normal closure); ended after 6 ms',
  );
});

import { describe, expect, test } from 'vitest';
import {
  closeEventAt,
  type Fact,
  type Never,
  type Observation,
  observeAll,
  outcome,
  type Role,
  type Source,
  unseenConnection,
  type Vantage,
} from '../src/index.ts';
import { Course } from './support/course.ts';

const roles = ['client', 'server'] as const;

function seen(vantage: Vantage, source: Source, facts: readonly Fact[]) {
  const observations: Observation[] = facts.map((fact, at) => ({ at, source, ...fact }));
  return observeAll(unseenConnection(vantage), observations);
}

function ended(of: Vantage, never: readonly Never[] = []): Fact {
  return { kind: 'ended', of, never, unflushedBytes: 'unknown' };
}

const conclude = (course: Course, at = 30_000) => outcome(course.end(at).connection);

const failing = (role: Role, errno: string) =>
  conclude(
    new Course(role).open().see(5, { kind: 'error', of: role, errno, message: `read ${errno}` }),
  );

const begun = (role: Role): Course => new Course(role).see(0, { kind: 'connecting' });

const trace = (...facts: readonly Fact[]) =>
  outcome(seen('server', 'kernel-trace', [...facts, ended('server')]))?.tcp;

const states = (
  ...all: readonly (
    | 'FIN-WAIT-1'
    | 'FIN-WAIT-2'
    | 'CLOSED'
    | 'TIME-WAIT'
    | 'CLOSE-WAIT'
    | 'CLOSING'
  )[]
) => all.map((tcpState): Fact => ({ kind: 'tcp-state', of: 'server', tcpState, owned: 'unknown' }));

const closed = states('FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSED');

const close = (by: Role, hadPeerClose: boolean | 'unknown', statusCode = 1000): Fact => ({
  kind: 'close-frame',
  by,
  seenAt: 'wire',
  statusCode,
  reason: '',
  hadPeerClose,
});

const fin = (by: Role, hadPeerFin: boolean): Fact => ({
  kind: 'fin',
  by,
  seenAt: 'wire',
  hadPeerFin,
});

const acked = (by: Role): Fact => ({ kind: 'fin-acked', by });

const wire = (...facts: readonly Fact[]) =>
  outcome(seen('wire', 'packets', [{ kind: 'opened' }, ...facts]));

describe.each(roles)('at a %s', (role) => {
  const open = (): Course => new Course(role).open();

  test('there is no outcome before the end', () => {
    expect(outcome(open().connection)).toBeNull();
  });

  test('a closing handshake that was answered is clean', () => {
    const course = open().sendClose(10).receiveClose(20).sendFin(20).receiveFin(30);
    expect(conclude(course)).toMatchObject({
      code: 1000,
      wasClean: true,
      order: 'sent-first',
      cause: 'closing-handshake',
      error: null,
      tcp: { firstFin: 'unknown', timeWait: 'unknown', basis: 'none' },
      phases: { openedAt: 0, closeAt: { [role]: 10, [course.peer]: 20 }, endedAt: 30_000 },
    });
  });

  test('no Close frame before the end is 1006, and TCP tells why', () => {
    const reset = open().see(5, { kind: 'rst', by: new Course(role).peer, seenAt: role });
    expect(conclude(reset)).toMatchObject({ code: 1006, wasClean: false, cause: 'reset' });
    expect(conclude(open().receiveFin(5).sendFin(6))).toMatchObject({
      code: 1006,
      order: 'none',
      cause: 'fin-without-close-frame',
    });
  });

  test('the errno is kept, and decides the cause', () => {
    expect(failing(role, 'ETIMEDOUT')).toMatchObject({
      cause: 'unreachable',
      error: { errno: 'ETIMEDOUT', message: 'read ETIMEDOUT' },
    });
    expect(failing(role, 'ECONNRESET')).toMatchObject({ cause: 'reset' });
    expect(failing(role, 'ERR_SSL_BAD_RECORD')).toMatchObject({ cause: 'failed' });
  });

  test('a deadline that ended it is the cause', () => {
    const course = open().sendClose(0);
    course.see(10_000, { kind: 'rst', by: role, seenAt: role, because: 'closing-handshake' });
    expect(conclude(course)).toMatchObject({
      cause: 'closing-handshake-deadline',
      tcp: { ended: { [role]: 'rst' }, timeWait: 'none' },
    });
  });

  test('a handler that threw and a peer that broke the protocol are causes, though the handshake is clean', () => {
    const threw = open().see(1, { kind: 'application', of: role, did: 'threw', message: 'no' });
    expect(conclude(threw.sendClose(2).receiveClose(3))).toMatchObject({ cause: 'handler-threw' });
    const broke = open();
    broke.see(1, { kind: 'violation', by: broke.peer, statusCode: 1002, section: '§5.2' });
    expect(conclude(broke.sendClose(2))).toMatchObject({ cause: 'protocol-violation' });
  });

  test('what never opened failed, or was refused', () => {
    expect(conclude(begun(role))).toMatchObject({ cause: 'opening-failed', code: 1006 });
    const refused = begun(role).see(1, { kind: 'refused', httpStatus: 403 });
    expect(conclude(refused)).toMatchObject({ cause: 'opening-refused' });
  });

  test('an end that had read FIN before its own was the answering one', () => {
    const course = open().sendClose(1).receiveClose(2).receiveFin(3);
    course.see(4, { kind: 'fin', by: role, seenAt: role, hadPeerFin: true });
    expect(conclude(course)?.tcp).toMatchObject({
      firstFin: course.peer,
      timeWait: course.peer,
      heldTimeWait: { [role]: 'no', [course.peer]: 'unknown' },
      basis: 'inferred',
    });
  });

  test('a FIN that ours followed was sent, though nobody read to it', () => {
    const course = open().sendClose(1).receiveClose(2);
    course.see(3, { kind: 'fin', by: role, seenAt: role, hadPeerFin: true });
    expect(conclude(course)?.tcp).toMatchObject({
      firstFin: course.peer,
      timeWait: course.peer,
      basis: 'inferred',
    });
  });

  test('a row in TIME-WAIT is the kernel saying who holds it; of the other end it says nothing', () => {
    const course = open().sendClose(1).receiveClose(2).sendFin(2).receiveFin(3);
    course.see(4, { kind: 'tcp-state', of: role, tcpState: 'TIME-WAIT', owned: false });
    const tcp = conclude(course)?.tcp;
    expect(tcp?.heldTimeWait).toEqual({ [role]: 'yes', [course.peer]: 'unknown' });
    expect(tcp?.timeWait).toBe('unknown');
  });
});

test('a missing Close frame is no proof: without a witness the code is unknown', () => {
  const connection = seen('server', 'library', [{ kind: 'opened' }, ended('server')]);
  expect(outcome(connection)).toMatchObject({
    code: 'unknown',
    wasClean: 'unknown',
    cause: 'unknown',
  });
});

describe('in a kernel trace', () => {
  test('FIN-WAIT-2 to CLOSED is TIME-WAIT, an orphan or a reset: unknown', () => {
    expect(trace(...closed)).toMatchObject({
      heldTimeWait: { server: 'unknown' },
      firstFin: 'server',
      basis: 'inferred',
    });
  });

  test('a row in TIME-WAIT decides it', () => {
    expect(trace(...closed, ...states('TIME-WAIT'))?.heldTimeWait.server).toBe('yes');
  });

  test('a received RST decides it', () => {
    const rst: Fact = { kind: 'rst', by: 'unknown', seenAt: 'server' };
    expect(trace(...closed, rst)?.heldTimeWait.server).toBe('no');
  });

  test('an exact look that found no row decides it', () => {
    const connection = seen('server', 'kernel-trace', [
      ...closed,
      ended('server', ['server-held-time-wait']),
    ]);
    expect(outcome(connection)?.tcp.heldTimeWait.server).toBe('no');
  });

  test('CLOSE-WAIT proves that the client sent the first FIN, CLOSING that it sent one unanswered', () => {
    expect(trace(...states('CLOSE-WAIT'))).toMatchObject({ firstFin: 'client', basis: 'kernel' });
    expect(trace(...states('FIN-WAIT-1', 'CLOSING'))?.firstFin).toBe('unknown');
  });
});

describe('in packets', () => {
  test('acknowledgements prove who was first and who holds TIME-WAIT', () => {
    const whole = wire(
      close('client', false, 1001),
      close('server', true),
      fin('server', false),
      acked('server'),
      fin('client', true),
      acked('client'),
      ended('wire', ['client-sent-rst', 'server-sent-rst']),
    );
    expect(whole).toMatchObject({
      code: 1001,
      wasClean: true,
      order: 'client',
      cause: 'closing-handshake',
      tcp: {
        firstFin: 'server',
        timeWait: 'server',
        ended: { client: 'fin', server: 'fin' },
        basis: 'packets',
      },
    });
  });

  test('Close frames and FINs that cross are called so', () => {
    const crossed = wire(
      close('client', false),
      close('server', false),
      fin('client', false),
      fin('server', false),
      acked('client'),
      acked('server'),
      ended('wire'),
    );
    expect(crossed).toMatchObject({
      order: 'crossed',
      tcp: { firstFin: 'both', timeWait: 'both' },
    });
  });

  test('what each application saw follows from what was sent', () => {
    const connection = seen('wire', 'packets', [
      { kind: 'opened' },
      close('client', false, 4000),
      { kind: 'rst', by: 'server', seenAt: 'wire' },
      ended('wire', ['server-sent-close', 'client-sent-rst']),
    ]);
    expect(outcome(connection)).toMatchObject({ cause: 'reset', wasClean: false });
    expect(closeEventAt(connection, 'client')).toEqual({ code: 1006, reason: '', wasClean: false });
    expect(closeEventAt(connection, 'server').code).toBe('unknown');
  });
});

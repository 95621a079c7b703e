import { describe, expect, test } from 'vitest';
import { Course } from './support/course.ts';

const roles = ['client', 'server'] as const;
const wait = (name: string, at: number) => ({ actions: [], deadline: { name, at } });
const firstOf = (course: Course, at: number) => course.decide(at).actions[0];

const closing = (): Course =>
  new Course('client')
    .open()
    .sendClose(0)
    .receiveClose(10)
    .see(11, { kind: 'tls-close-notify', by: 'server' });

const closed = (hadPeerClose: true | 'unknown'): Course =>
  new Course('server', { afterHandshake: 'reset' })
    .open()
    .sendClose(1)
    .receiveClose(2, hadPeerClose);

test('a server sends FIN as soon as both Close frames have passed, and never before', () => {
  const course = new Course('server').open().receiveClose(5);
  expect(course.decide(5).actions).toEqual([
    { kind: 'send-close', statusCode: 1000, reason: '', because: 'peer' },
  ]);
  expect(course.sendClose(5, true).decide(5)).toEqual({
    actions: [{ kind: 'send-fin', because: 'policy' }],
    deadline: { name: 'fin', at: 1_005 },
  });
  expect(course.sendFin(6).decide(6)).toEqual(wait('fin', 2_005));
  expect(course.receiveFin(7).decide(7)).toEqual({
    actions: [{ kind: 'release' }],
    deadline: null,
  });
});

test('a client holds its FIN back until the FIN of the server comes', () => {
  const course = new Course('client').open().sendClose(1).receiveClose(2);
  expect(course.decide(2)).toEqual(wait('fin', 2_002));
  expect(firstOf(course.receiveFin(3), 3)).toEqual({ kind: 'send-fin', because: 'peer' });
});

test('with `firstFin: client` the server holds back, and gives in at half of the time', () => {
  const course = new Course('server', { firstFin: 'client' }).open().receiveClose(0);
  course.sendClose(0, true);
  expect(course.decide(0)).toEqual(wait('fin', 1_000));
  expect(firstOf(course, 1_000)).toEqual({ kind: 'send-fin', because: 'fin' });
  expect(course.sendFin(1_000).decide(1_000)).toEqual(wait('fin', 2_000));
  expect(firstOf(course, 2_000)).toEqual({ kind: 'reset', because: 'fin' });
});

test('after close_notify the FIN is held back for the grace, or until the kernel says CLOSE-WAIT', () => {
  expect(closing().decide(11)).toEqual(wait('fin', 31));
  expect(firstOf(closing(), 31)).toEqual({ kind: 'send-fin', because: 'peer' });
  const asked = closing().see(12, {
    kind: 'tcp-state',
    of: 'client',
    tcpState: 'CLOSE-WAIT',
    owned: true,
  });
  expect(firstOf(asked, 12)).toEqual({ kind: 'send-fin', because: 'peer' });
});

test('the kernel saying CLOSE-WAIT does not count while a Close frame may be unread', () => {
  const course = new Course('server').open().sendClose(1);
  course.see(2, { kind: 'tcp-state', of: 'server', tcpState: 'CLOSE-WAIT', owned: true });
  expect(course.decide(2)).toEqual(wait('closing-handshake', 10_001));
});

describe('`afterHandshake: reset`', () => {
  test('resets if the Close frame received is provably a reply', () => {
    expect(firstOf(closed(true), 2)).toEqual({ kind: 'reset', because: 'policy' });
  });

  test('sends FIN if the Close frames may have crossed', () => {
    expect(firstOf(closed('unknown'), 2)).toEqual({ kind: 'send-fin', because: 'policy' });
  });

  test('sends FIN while data is unsent', () => {
    const course = closed(true).see(2, { kind: 'unsent', of: 'server', bytes: 1 });
    expect(firstOf(course, 2)).toEqual({ kind: 'send-fin', because: 'policy' });
  });
});

describe.each(roles)('a %s', (role) => {
  test('answers a FIN that comes without a Close frame, and is done when its data is out', () => {
    const course = new Course(role).open().see(1, { kind: 'unsent', of: role, bytes: 9 });
    course.receiveFin(2);
    expect(firstOf(course, 2)).toEqual({ kind: 'send-fin', because: 'peer' });
    course.see(2, { kind: 'fin-queued', of: role });
    expect(course.decide(3)).toEqual(wait('flush', 10_002));
    expect(firstOf(course, 10_002)).toEqual({ kind: 'reset', because: 'flush' });
    course.see(4, { kind: 'unsent', of: role, bytes: 0 }).sendFin(4);
    expect(firstOf(course, 4)).toEqual({ kind: 'release' });
  });

  test('answers a Close frame even if the FIN of the peer came with it', () => {
    const course = new Course(role).open().receiveClose(1).receiveFin(1);
    expect(course.decide(1).actions).toEqual([
      { kind: 'send-close', statusCode: 1000, reason: '', because: 'peer' },
      { kind: 'send-fin', because: 'peer' },
    ]);
  });

  test('closes with 1011 after a handler threw', () => {
    const course = new Course(role).open();
    course.see(1, { kind: 'application', of: role, did: 'threw', message: 'no' });
    expect(firstOf(course, 1)).toMatchObject({ statusCode: 1011, because: 'handler-threw' });
  });

  test('answers a violation with its status code', () => {
    const course = new Course(role).open();
    course.see(1, { kind: 'violation', by: course.peer, statusCode: 1007, section: '§8.1' });
    expect(firstOf(course, 1)).toMatchObject({ statusCode: 1007, because: 'protocol-violation' });
  });

  test('reads again when it closes: Close and FIN come behind what is unread', () => {
    const course = new Course(role).open().see(1, { kind: 'reading', of: role, paused: true });
    course.see(2, { kind: 'application', of: role, did: 'close', statusCode: 1000, reason: 'bye' });
    expect(course.decide(2).actions).toEqual([
      { kind: 'resume' },
      { kind: 'send-close', statusCode: 1000, reason: 'bye', because: 'application' },
    ]);
  });

  test('does not echo a status code that may not be sent', () => {
    const course = new Course(role).open();
    course.see(1, {
      kind: 'close-frame',
      by: course.peer,
      seenAt: role,
      statusCode: 1006,
      reason: '',
      hadPeerClose: 'unknown',
    });
    expect(firstOf(course, 1)).toMatchObject({ kind: 'send-close', statusCode: null });
  });

  test('destroys without a handshake when told to terminate, and before it is open', () => {
    const terminated = new Course(role).open();
    terminated.see(1, { kind: 'application', of: role, did: 'terminate' });
    expect(firstOf(terminated, 1)).toEqual({ kind: 'destroy', because: 'application' });
    const early = new Course(role).see(0, { kind: 'connecting' });
    early.see(1, { kind: 'application', of: role, did: 'close' });
    expect(firstOf(early, 1)).toEqual({ kind: 'destroy', because: 'application' });
  });

  test('closes without a reset where the policy says so', () => {
    const course = new Course(role, { abort: 'fin' }).open().sendClose(0);
    expect(firstOf(course, 10_000)).toEqual({ kind: 'destroy', because: 'closing-handshake' });
  });
});

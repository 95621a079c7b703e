import { describe, expect, test } from 'vitest';
import { Course } from './support/course.ts';

const roles = ['client', 'server'] as const;

describe.each(roles)('a %s', (role) => {
  const open = (): Course => new Course(role).open();
  const pinged = (at: number): Course =>
    open().see(at, { kind: 'ping', by: role, seenAt: role, bytes: 0 });

  test('gives the opening handshake its time', () => {
    const course = new Course(role).see(5, { kind: 'connecting' });
    expect(course.decide(5).deadline).toEqual({ name: 'opening-handshake', at: 10_005 });
    expect(course.decide(10_005).actions).toEqual([
      { kind: 'reset', because: 'opening-handshake' },
    ]);
  });

  test('sends a ping after silence, and not while it hears the peer', () => {
    const course = open();
    expect(course.decide(29_999).actions).toEqual([]);
    expect(course.decide(30_000).actions).toEqual([{ kind: 'send-ping' }]);
    course.see(20_000, { kind: 'data', by: course.peer, seenAt: role, bytes: 1 });
    expect(course.decide(30_000).deadline).toEqual({ name: 'heartbeat', at: 50_000 });
  });

  test('takes whatever it hears for an answer to a ping, and none for the end', () => {
    const course = pinged(30_000);
    expect(course.decide(30_000).deadline).toEqual({ name: 'heartbeat-reply', at: 40_000 });
    expect(course.decide(40_000).actions).toEqual([{ kind: 'reset', because: 'heartbeat-reply' }]);
    course.see(31_000, { kind: 'data', by: course.peer, seenAt: role, bytes: 1 });
    expect(course.decide(31_000).deadline).toEqual({ name: 'heartbeat', at: 61_000 });
  });

  test('does not judge a peer while it does not read itself, but does not pause for ever', () => {
    const course = pinged(30_000).see(31_000, { kind: 'reading', of: role, paused: true });
    expect(course.decide(50_000).deadline).toEqual({ name: 'paused', at: 91_000 });
    expect(course.decide(91_000).actions).toEqual([{ kind: 'reset', because: 'paused' }]);
    course.see(60_000, { kind: 'reading', of: role, paused: false });
    expect(course.decide(60_000).deadline).toEqual({ name: 'heartbeat-reply', at: 70_000 });
  });

  test('is not kept waiting for a Close frame by pings, pongs and data', () => {
    const course = open().sendClose(100);
    for (const kind of ['data', 'ping', 'pong'] as const) {
      course.see(5_000, { kind, by: course.peer, seenAt: role, bytes: 1 });
    }
    expect(course.decide(5_000).deadline).toEqual({ name: 'closing-handshake', at: 10_100 });
  });

  test('gives unsent data its time anew with each progress, until the closing of TCP began', () => {
    const course = open().see(1_000, { kind: 'unsent', of: role, bytes: 100 });
    expect(course.decide(1_000).deadline).toEqual({ name: 'flush', at: 11_000 });
    course.see(5_000, { kind: 'unsent', of: role, bytes: 60 });
    expect(course.decide(5_000).deadline).toEqual({ name: 'flush', at: 15_000 });
    course.see(6_000, { kind: 'unsent', of: role, bytes: 90 });
    expect(course.decide(6_000).deadline).toEqual({ name: 'flush', at: 15_000 });
    course.receiveFin(7_000).see(7_000, { kind: 'fin-queued', of: role });
    course.see(16_000, { kind: 'unsent', of: role, bytes: 1 });
    expect(course.decide(16_000).deadline).toEqual({ name: 'flush', at: 17_000 });
  });

  test('gives a FIN that does not get out the same time', () => {
    const course = open().receiveFin(10).see(11, { kind: 'fin-queued', of: role });
    expect(course.decide(11).deadline).toEqual({ name: 'flush', at: 10_010 });
  });

  test('has one deadline for a drain, whatever else is waited for', () => {
    const course = new Course(role, { drainTimeout: 500 }).open();
    course.see(100, { kind: 'application', of: role, did: 'drain', statusCode: 1001 });
    expect(course.decide(100).actions[0]).toMatchObject({ statusCode: 1001, because: 'drain' });
    expect(course.sendClose(100).decide(100).deadline).toEqual({ name: 'drain', at: 600 });
    expect(course.decide(600).actions).toEqual([{ kind: 'reset', because: 'drain' }]);
  });

  test('waits for nothing in an idle connection only if it is told to send no pings', () => {
    expect(new Course(role, { heartbeat: false }).open().decide(5).deadline).toBeNull();
  });
});

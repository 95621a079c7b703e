import { expect, test } from 'vitest';
import { endingOf } from '../src/index.ts';
import { Course } from './support/course.ts';

function sworn(course: Course): readonly string[] {
  const ended = endingOf(course.connection, course.role, { at: 9, unflushedBytes: 0 });
  return ended.kind === 'ended' ? ended.never : [];
}

test('a library swears to what its application never did or was told', () => {
  const course = new Course('server').open().sendClose(1);
  course.see(2, { kind: 'destroyed', of: 'server', because: 'closing-handshake' });
  expect(sworn(course)).toEqual([
    'server-received-close',
    'server-received-rst',
    'server-failed',
    'server-threw',
    'client-violated',
  ]);
});

test('it does not swear that its kernel sent no RST unless it has read to the end', () => {
  expect(sworn(new Course('client').open())).not.toContain('client-sent-rst');
  expect(sworn(new Course('client').open().receiveFin(1))).toContain('client-sent-rst');
});

test('it never swears that the kernel received no FIN', () => {
  expect(sworn(new Course('client').open())).not.toContain('client-received-fin');
});

test('it swears that it sent no FIN only if the connection was reset before', () => {
  const reset = new Course('client').open();
  reset.see(1, { kind: 'rst', by: 'client', seenAt: 'client', because: 'flush' });
  expect(sworn(reset)).toContain('client-sent-fin');
  expect(sworn(new Course('client').open())).not.toContain('client-sent-fin');
});

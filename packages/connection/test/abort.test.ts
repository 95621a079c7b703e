import type { Role } from '@farewell/core';
import type { Script, Step } from '@farewell/probe';
import { expect, test } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';
import { type Subject, subject } from './support/subject.ts';

const waits = { closeTimeout: 150, finTimeout: 200, heartbeat: false } as const;
const refusal: Step = {
  do: 'bytes',
  bytes: new TextEncoder().encode('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'),
};
/** Stays as it is, whatever we do. */
const mute: Omit<Script, 'name'> = { steps: [], reflexes: { close: 'never', fin: 'never' } };
const refuses: Omit<Script, 'name'> = {
  steps: [{ do: 'wait', for: 'handshake' }, refusal],
  reflexes: { handshake: 'never', fin: 'never' },
};

const isLast = (what: string): boolean => what === 'fin' || what === 'reset';

/** What the peer gets of our end, once we are done. */
async function lastSeen({ peer }: Subject): Promise<string> {
  await peer.until((seen) => seen.some(({ what }) => isLast(what)));
  return peer.seen.find(({ what }) => isLast(what))?.what ?? '';
}

for (const role of ['server', 'client'] as const) {
  describeWith(['linux'], `as ${role}, with a peer that does not answer Close`, () => {
    test("abort: 'rst' resets, and nothing is left", async () => {
      await using our = await closed(role, 'rst');
      expect(await lastSeen(our)).toBe('reset');
      expect(our.rows()).toEqual([]);
    });

    test("abort: 'fin' sends FIN, and leaves the rest to the kernel's timers", async () => {
      await using our = await closed(role, 'fin');
      const ending = await our.connection.closed;
      expect(await lastSeen(our)).toBe('fin');
      expect(ending.cause).toBe('closing-handshake-deadline');
      expect(ending.tcp.ended[role]).not.toBe('rst');
      await orphaned(our);
    });
  });
}

describeWith(
  ['linux'],
  'as client, with a server that refuses and then neither reads nor closes',
  () => {
    for (const [abort, seen] of [
      ['rst', 'reset'],
      ['fin', 'fin'],
    ] as const) {
      test(`abort: '${abort}' ends it at once, by ${seen}`, async () => {
        const options = { ...waits, abort };
        await using our = await subject('client', { name: 'refuses', ...refuses }, options);
        expect(await our.connection.closed).toMatchObject({ cause: 'opening-refused' });
        expect(await lastSeen(our)).toBe(seen);
        if (abort === 'fin') await orphaned(our);
        else expect(our.rows()).toEqual([]);
      });
    }
  },
);

/** The peer has acknowledged our FIN (40 ms later at most), and sends none. */
async function orphaned(our: Subject): Promise<void> {
  const rows = (): object[] => our.rows().map(({ tcpState, inode }) => ({ tcpState, inode }));
  await expect.poll(rows).toEqual([{ tcpState: 'FIN-WAIT-2', inode: 0 }]);
}

async function closed(role: Role, abort: 'rst' | 'fin'): Promise<Subject> {
  const our = await subject(role, { name: 'mute', ...mute }, { ...waits, abort });
  await our.connection.opened;
  await our.connection.close();
  return our;
}

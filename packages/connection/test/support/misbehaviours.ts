import type { Ending } from '@farewell/connection';
import { type Cause, peerOf, type Role } from '@farewell/core';
import { closePayload, type Script, type Step, vanish } from '@farewell/probe';
import { expect } from 'vitest';
import type { Subject, SubjectOptions } from './subject.ts';

/** Short, and all different, so that a wait that is bounded by the wrong one shows. */
export const times = {
  openTimeout: 350,
  closeTimeout: 200,
  finTimeout: 260,
  flushTimeout: 300,
  pausedTimeout: 240,
} as const;
const heartbeat = { interval: 120, timeout: 90 };

/** What the peer does, what we do meanwhile, and how it has to end. */
export interface Misbehaviour {
  readonly peer: string;
  readonly script: Omit<Script, 'name'>;
  readonly meanwhile?: (subject: Subject) => unknown;
  readonly cause: Cause | readonly Cause[];
  /** When the wait that ended it began, and how long it was. Left out: it ends at once. */
  readonly wait?: (ending: Ending, local: Role) => readonly [from: number, duration: number];
  /** The same for a wait of which the ending does not tell: it began at this time at the latest. */
  readonly waitSince?: (subject: Subject) => readonly [from: number, duration: number];
  readonly options?: SubjectOptions;
  readonly only?: Role;
}

const frame = (opcode: number, payload: Uint8Array = new Uint8Array(0)): Step => ({
  do: 'frame',
  frame: { opcode, payload },
});
const text = new TextEncoder();
const closes = ({ connection }: Subject): unknown => connection.close(1000, 'bye');

/** Sends until nothing more goes out, and waits until the kernel is full. */
async function fillUp({ connection }: Subject): Promise<void> {
  await connection.opened;
  for (let round = 0; connection.bufferedAmount === 0 && round < 1_000; round++)
    void connection.send(new Uint8Array(1 << 20));
  expect(connection.bufferedAmount).toBeGreaterThan(0);
  stoppedAt = performance.now();
}

/** When the last test's data stopped going out, or its reading stopped. */
let stoppedAt = 0;
const flushWait: Misbehaviour['waitSince'] = () => [stoppedAt, times.flushTimeout];

/** From when the peer had our last ping. */
const pongWait: Misbehaviour['waitSince'] = ({ peer }) => [
  peer.seen.findLast(({ what }) => what === 'ping')?.at ?? Number.NaN,
  heartbeat.timeout,
];

/** As a server that is to send the first FIN. */
const finBehindClose: readonly Step[] = [{ do: 'wait', for: 'close-frame' }, { do: 'fin' }];

const closeWait: Misbehaviour['wait'] = ({ phases }, local) => [
  Number(phases.closeAt[local]),
  times.closeTimeout,
];

/** The side that gives in first waits for half of the time, then for the other half. */
const finWait: Misbehaviour['wait'] = ({ phases }, local) => [
  Number(phases.closeAt[peerOf(local)]),
  times.finTimeout,
];

export const misbehaviours: readonly Misbehaviour[] = [
  {
    peer: 'never answers Close',
    script: { steps: [], reflexes: { close: 'never' } },
    meanwhile: closes,
    cause: 'closing-handshake-deadline',
    wait: closeWait,
  },
  {
    peer: 'drips its answer to Close, a byte at a time',
    script: {
      reflexes: { close: 'never' },
      steps: [
        { do: 'wait', for: 'close-frame' },
        { do: 'drip', bytes: Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 3, 232), every: 60 },
      ],
    },
    meanwhile: closes,
    cause: ['closing-handshake-deadline', 'protocol-violation'],
    wait: closeWait,
    only: 'server',
  },
  {
    peer: 'answers Close and never sends FIN',
    script: { steps: [], reflexes: { fin: 'never' } },
    meanwhile: closes,
    cause: 'fin-deadline',
    wait: finWait,
  },
  {
    peer: 'sends FIN without Close',
    script: { steps: [{ do: 'wait', for: 'handshake' }, { do: 'fin' }] },
    cause: 'fin-without-close-frame',
  },
  {
    peer: 'sends FIN without Close while our data is unsent',
    script: { steps: [{ do: 'wait', for: 'handshake' }, { do: 'stop-reading' }] },
    meanwhile: async (our) => {
      await fillUp(our);
      our.peer.socket.end();
    },
    cause: 'flush-deadline',
    waitSince: flushWait,
  },
  {
    peer: 'stops reading',
    script: { steps: [{ do: 'wait', for: 'handshake' }, { do: 'stop-reading' }] },
    meanwhile: fillUp,
    cause: 'flush-deadline',
    waitSince: flushWait,
  },
  {
    peer: 'stops reading, and we close',
    script: { steps: [{ do: 'wait', for: 'handshake' }, { do: 'stop-reading' }] },
    meanwhile: async (our) => {
      await fillUp(our);
      void our.connection.close();
    },
    cause: 'closing-handshake-deadline',
    wait: closeWait,
  },
  {
    peer: 'sends Close and goes on sending',
    script: {
      steps: [
        frame(8, closePayload(1000)),
        ...Array.from({ length: 50 }, () => frame(1, text.encode('more'))),
        ...finBehindClose,
      ],
    },
    cause: 'closing-handshake',
  },
  {
    peer: 'sends Close twice',
    script: {
      steps: [frame(8, closePayload(4000)), frame(8, closePayload(4001)), ...finBehindClose],
    },
    cause: 'closing-handshake',
  },
  {
    peer: 'sends a Close frame of one byte',
    script: { steps: [frame(8, Uint8Array.of(3))] },
    cause: 'protocol-violation',
  },
  {
    peer: 'sends Close with 1005, which may not be sent',
    script: { steps: [frame(8, closePayload(1005))] },
    cause: 'protocol-violation',
  },
  {
    peer: 'sends Close with a reason that is not UTF-8',
    script: { steps: [frame(8, Uint8Array.of(3, 232, 0xff))] },
    cause: 'protocol-violation',
  },
  {
    peer: 'sends text that is not UTF-8',
    script: { steps: [frame(1, Uint8Array.of(0xff))] },
    cause: 'protocol-violation',
  },
  {
    peer: 'resets while open',
    script: { steps: [{ do: 'wait', for: 'handshake' }, { do: 'pause', ms: 20 }, { do: 'reset' }] },
    cause: 'reset',
  },
  {
    peer: 'resets instead of answering Close',
    script: {
      steps: [{ do: 'wait', for: 'close-frame' }, { do: 'reset' }],
      reflexes: { close: 'never' },
    },
    meanwhile: closes,
    cause: 'reset',
  },
  {
    peer: 'never answers a ping',
    script: { steps: [], reflexes: { pong: 'never' } },
    cause: 'heartbeat-reply-deadline',
    waitSince: pongWait,
    options: { heartbeat },
  },
  {
    peer: 'answers pings too late',
    script: { steps: [], reflexes: { pong: 400 } },
    cause: 'heartbeat-reply-deadline',
    waitSince: pongWait,
    options: { heartbeat },
  },
  {
    peer: 'sends Close and FIN while we are paused',
    script: {
      steps: [{ do: 'wait', for: 'message' }, frame(8, closePayload(1000)), { do: 'fin' }],
    },
    meanwhile: async ({ connection }) => {
      await connection.opened;
      connection.pause();
      stoppedAt = performance.now();
      void connection.send('go');
    },
    cause: 'paused-deadline',
    waitSince: () => [stoppedAt, times.pausedTimeout],
  },
  {
    peer: 'never answers the opening handshake',
    script: { steps: [], reflexes: { handshake: 'never' } },
    cause: 'opening-handshake-deadline',
    wait: ({ phases }) => [Number(phases.connectingAt), times.openTimeout],
    only: 'client',
  },
  {
    peer: 'sends FIN instead of answering the opening handshake',
    script: {
      steps: [{ do: 'wait', for: 'handshake' }, { do: 'fin' }],
      reflexes: { handshake: 'never' },
    },
    cause: 'opening-failed',
    only: 'client',
  },
  {
    peer: 'resets instead of answering the opening handshake',
    script: {
      steps: [{ do: 'wait', for: 'handshake' }, { do: 'reset' }],
      reflexes: { handshake: 'never' },
    },
    cause: 'opening-failed',
    only: 'client',
  },
  {
    peer: 'answers the opening handshake with 403',
    script: {
      steps: [
        { do: 'wait', for: 'handshake' },
        { do: 'bytes', bytes: text.encode('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n') },
      ],
      reflexes: { handshake: 'never' },
    },
    cause: 'opening-refused',
    only: 'client',
  },
];

export const vanishings: readonly Misbehaviour[] = [
  {
    peer: 'vanishes while open',
    script: {
      steps: [{ do: 'wait', for: 'handshake' }, { do: 'pause', ms: 20 }, { do: 'vanish' }],
    },
    cause: 'heartbeat-reply-deadline',
    options: { heartbeat },
  },
  {
    peer: 'vanishes before our Close',
    script: { steps: [] },
    meanwhile: async ({ connection, peer }) => {
      await vanish(peer.socket);
      void connection.close();
    },
    cause: 'closing-handshake-deadline',
    wait: closeWait,
  },
  {
    peer: 'vanishes behind its answer to Close',
    script: {
      steps: [{ do: 'wait', for: 'close-frame' }, { do: 'pause', ms: 1 }, { do: 'vanish' }],
      reflexes: { fin: 'never' },
    },
    meanwhile: closes,
    cause: 'fin-deadline',
    wait: finWait,
  },
];

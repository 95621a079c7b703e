import type { Limits } from '../../src/checks/check.ts';
import type { Script, Step } from '../../src/script.ts';
import { short } from './run-check.ts';
import {
  client,
  close,
  fin,
  frame,
  gotClose,
  gotMessage,
  pause,
  reset,
  server,
} from './scripted-peers.ts';

/** A peer that does what a check asks for, and one that fails it in exactly that way. */
export interface Case<Peer = Script> {
  readonly passes: Peer;
  readonly fails: Peer;
  /** What the failure has to say. */
  readonly seen: RegExp;
  /** `short` where the failure is that nothing comes. */
  readonly limits?: Limits;
}

/** Those of the checks that servers and clients share, by id. Only a server sends FIN behind its Close. */
export function sharedCases(role: 'server' | 'client'): Readonly<Record<string, Case>> {
  const peer = role === 'server' ? server : client;
  const end = role === 'server' ? [fin] : [];
  return {
    ...closeCases(peer, end),
    ...orderCases(peer, end),
    ...ownCloseCases(peer, end),
    ...deadlineCases(peer),
    ...frameCases(peer, end),
  };
}

type Peer = typeof server;
type Cases = Readonly<Record<string, Case>>;

const leaving = [gotClose, fin];
const leavesWithoutClose = /^FIN after .* without Close$/;

function closeCases(peer: Peer, end: readonly Step[]): Cases {
  const answering = (code: number | null, reason = ''): Script =>
    peer([gotClose, close(code, reason), ...end]);
  const answers = (code: number | null, reason = ''): Case => ({
    passes: answering(code, reason),
    fails: peer(leaving),
    seen: leavesWithoutClose,
  });
  const neverEchoed = (code: number): Case => ({
    passes: answering(1002),
    fails: answering(code),
    seen: new RegExp(`^Close ${code} after`),
  });
  const refused = (taken: number, code = 1002): Case => ({
    passes: answering(code),
    fails: answering(taken),
    seen: new RegExp(`^Close ${taken} after .*taken as valid`),
  });
  return {
    'close-1000-with-reason-answered': answers(1000, 'bye'),
    'close-empty-answered': answers(null),
    'close-1001-answered': answers(1001),
    'close-1011-answered': answers(1011),
    'close-1012-answered': answers(1012),
    'close-1013-answered': answers(1013),
    'close-1014-answered': answers(1014),
    'close-3000-answered': answers(3000),
    'close-4999-answered': answers(4999),
    'close-reason-123-bytes-answered': answers(1000, 'r'.repeat(123)),
    'close-inside-message-answered': answers(1000),
    'close-1005-not-echoed': neverEchoed(1005),
    'close-1006-not-echoed': neverEchoed(1006),
    'close-1015-not-echoed': neverEchoed(1015),
    'close-0-refused': refused(0),
    'close-999-refused': refused(999),
    'close-1004-refused': refused(1004),
    'close-1016-refused': refused(1016),
    'close-2999-refused': refused(2999),
    'close-5000-refused': refused(5000),
    'close-65535-refused': refused(65_535),
    'close-one-byte-refused': refused(1000),
    'close-reason-bad-utf8-refused': refused(1000, 1007),
    'close-oversize-refused': refused(1000),
  };
}

function orderCases(peer: Peer, end: readonly Step[]): Cases {
  const answering = [gotClose, close(1000), ...end];
  const ignores = (opcode: number, name: string): Case => ({
    passes: peer(answering, { pong: 'never' }),
    fails: peer([gotClose, frame(opcode, 'late'), close(1000), ...end], { pong: 'never' }),
    seen: new RegExp(`^1 × ${name} came back$`),
  });
  return {
    'close-twice-answered-once': {
      passes: peer(answering),
      fails: peer([gotClose, close(1000), close(1000), ...end]),
      seen: /^2 × Close 1000$/,
    },
    'data-after-close-ignored': ignores(0x1, 'message'),
    'ping-after-close-ignored': ignores(0xa, 'pong'),
    'fragment-after-close-ignored': ignores(0x1, 'message'),
    'close-behind-large-message-answered': {
      passes: peer(answering),
      fails: peer([gotMessage, frame(0x1, 'm'.repeat(60_000)), ...leaving]),
      seen: leavesWithoutClose,
    },
  };
}

function ownCloseCases(peer: Peer, end: readonly Step[]): Cases {
  const closing = (...steps: Step[]): Script => peer([gotMessage, close(1000), ...steps]);
  return {
    'own-close-has-valid-code': {
      passes: closing(...end),
      fails: peer([gotMessage, close(1005), ...end]),
      seen: /^Close 1005$/,
    },
    'unanswered-close-given-up': {
      passes: closing(pause(50), fin),
      fails: closing(),
      seen: /^no end within /,
      limits: short,
    },
    'late-close-answer-accepted': {
      passes: closing(gotClose, ...end),
      fails: closing(pause(20), reset),
      seen: /^RST .* after its Close$/,
    },
  };
}

function deadlineCases(peer: Peer): Cases {
  const pings = frame(0x9);
  return {
    'idle-connection-pinged': {
      passes: peer([pings]),
      fails: peer([]),
      seen: /^no ping within /,
      limits: short,
    },
    'mute-peer-dropped': {
      passes: peer([pings, pause(50), fin]),
      fails: peer([pings]),
      seen: /^no end \(1 ping unanswered\) within /,
      limits: short,
    },
    'vanished-peer-dropped': {
      passes: peer([pause(300), reset]),
      fails: peer([]),
      seen: /^no release of its socket within /,
      limits: short,
    },
  };
}

function frameCases(peer: Peer, end: readonly Step[]): Cases {
  const refused = (code = 1002): Case => ({
    passes: peer([pause(30), close(code), ...end]),
    fails: peer([]),
    seen: /^no Close and no FIN within .*it goes on$/,
    limits: short,
  });
  return {
    'wrong-masking-refused': refused(),
    'reserved-bits-refused': refused(),
    'reserved-opcode-3-refused': refused(),
    'reserved-opcode-b-refused': refused(),
    'fragmented-ping-refused': refused(),
    'continuation-without-start-refused': refused(),
    'text-bad-utf8-refused': refused(1007),
    'oversized-message-refused': refused(1009),
  };
}

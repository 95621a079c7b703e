import type { Unknown } from '@farewell/core';
import { closeHadPeerClose, finHadPeerClose, hadPeerFin } from './captured-side.ts';
import { endedPlainly } from './plain-end.ts';
import { acceptOf, payloadOf } from './read-connection.ts';
import { clientSide } from './roles.ts';
import * as slot from './slots.ts';
import { isWebSocket } from './web-socket-evidence.ts';

/**
 * Most connections end in one of few ways, and differ from one another in figures alone: when and where,
 * how many packets and bytes, which texts. The *shape* of a connection is the rest, in words that can be
 * compared without making an object: its server, and every kind that `readConnection` gives for it. Only a
 * connection that ended plainly has one: there no rule looks at figures, so that whatever is counted of one
 * (how it ended, its verdicts without their evidence) holds for all of its shape.
 */
export type Shape = Int32Array;

const SERVER = 3;
const SIDES = SERVER + 5;
const SIDE_WORDS = 5;
const shape: Shape = new Int32Array(SIDES + 2 * SIDE_WORDS);

const CONNECTION_KINDS =
  slot.IPV6 | slot.WEBSOCKET | slot.UPGRADE_REQUESTED | slot.RESPONSE_WITHOUT_UPGRADE;
const SIDE_KINDS =
  slot.SYN_SEEN |
  slot.FIN_SEEN |
  slot.FIN_ACKED |
  slot.RST_SEEN |
  slot.SYNC_LOST |
  slot.MASKED_SEEN |
  slot.UNMASKED_SEEN |
  slot.TRUNCATED;

const webSockets = [false, true, 'likely'] as const;
const accepts = ['unknown', 'right', 'wrong', 'absent'] as const;
const payloads = ['websocket', 'http', 'tls', 'opaque', 'none'] as const;

/** The shape of the connection that is sought, which is settled. Valid until the next call. */
export function shapeOf(slots: slot.Slots): Shape | null {
  const webSocket = isWebSocket(slots);
  if (!endedPlainly(slots, webSocket)) return null;
  const client = clientSide(slots);
  const server = slot.SIDE_STRIDE - client;
  const kinds =
    (accepts.indexOf(acceptOf(slots)) << 8) |
    (webSockets.indexOf(webSocket) << 4) |
    payloads.indexOf(payloadOf(slots, webSocket));
  shape[0] = slots.word(slot.FLAGS) & CONNECTION_KINDS;
  shape[1] = kinds;
  shape[2] = slots.word(slot.STATUS) * 2 + (slots.number(slot.RESPONSE_AT) === 0 ? 0 : 1);
  setServer(slots, server);
  setSide(slots, client, SIDES);
  setSide(slots, server, SIDES + SIDE_WORDS);
  return shape;
}

function setServer(slots: slot.Slots, server: number): void {
  const ports = slots.word(slot.PORTS);
  const first = slot.ADDRESSES + (server === 0 ? 0 : 4);
  shape[SERVER] = server === 0 ? ports >>> 16 : ports & 0xffff;
  for (let word = 0; word < 4; word += 1) shape[SERVER + 1 + word] = slots.word(first + word);
}

function setSide(slots: slot.Slots, side: number, at: number): void {
  const bits = slots.word(slot.SIDE_FLAGS, side);
  const code = slots.word(slot.CLOSE_CODE, side);
  const isSeen = slots.word(slot.PACKETS, side) === 0 ? 0 : 1;
  const hasData = slots.number(slot.LAST_DATA_AT, side) === 0 ? 0 : 2;
  shape[at] = bits & SIDE_KINDS;
  shape[at + 1] = code;
  shape[at + 2] = slots.word(slot.VIOLATIONS, side);
  shape[at + 3] = slots.word(slot.TLS_INFO, side);
  const answered = code === 0 ? 0 : kindOf(closeHadPeerClose(slots, side));
  shape[at + 4] = isSeen | hasData | (answered << 2) | (finKinds(slots, side) << 4);
}

function finKinds(slots: slot.Slots, side: number): number {
  if (!slots.has(slot.FIN_SEEN, side)) return 0;
  const isRepeated = slots.word(slot.FIN_COUNT, side) > 1 ? 1 : 0;
  const hadFin = kindOf(hadPeerFin(slots, side));
  return isRepeated | (hadFin << 1) | (kindOf(finHadPeerClose(slots, side)) << 3);
}

function kindOf(value: boolean | Unknown): number {
  return value === 'unknown' ? 2 : value ? 1 : 0;
}

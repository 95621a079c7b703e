import { expectedAccept } from './accept-key.ts';
import { skipUnseen } from './read-stream.ts';
import { countGap, giveUpHoles } from './reassembly.ts';
import { BY_MASKING, roleBasis, setClient } from './roles.ts';
import * as slot from './slots.ts';
import type { Stream } from './stream.ts';
import { isWebSocket } from './web-socket-evidence.ts';

/**
 * Nothing more will come of the connection that is sought: reads what still waits behind holes, and finds
 * out who the client was. Once for each connection, before `readConnection`.
 */
export function settleConnection(stream: Stream): void {
  for (const side of [0, slot.SIDE_STRIDE]) {
    stream.side = side;
    giveUpHoles(stream);
  }
  for (const side of [0, slot.SIDE_STRIDE]) {
    stream.side = side;
    countUnseenEnd(stream);
  }
  const { slots } = stream;
  const basis = basisFromMasks(slots);
  if (basis !== null) setClient(slots, basis, BY_MASKING);
  else if (roleBasis(slots) === 'assumed') assumeRoles(slots);
  // Only where there is something to compare it with: a hash takes as long as reading 5 packets.
  if (slots.word(slot.ACCEPT_RECEIVED) !== 0)
    slots.setWord(slot.ACCEPT_EXPECTED, expectedAccept(slots));
}

/** What the peer acknowledged, or the FIN stands behind, was sent, even if the capture has none of it. */
function countUnseenEnd(stream: Stream): void {
  const { slots, side, peer } = stream;
  const finSeen = slots.has(slot.FIN_SEEN, side);
  if (!slots.has(slot.SEQUENCE_KNOWN, side)) return;
  if (!finSeen && !slots.has(slot.ACK_KNOWN, peer)) return;
  const end = finSeen ? slots.word(slot.FIN_SEQUENCE, side) : slots.word(slot.HIGHEST_ACK, peer);
  const highest = slots.word(slot.HIGHEST_SEQUENCE, side);
  const unseen = (end - highest) | 0;
  if (unseen <= 0) return;
  stream.at = slots.number(slot.LAST_AT, finSeen ? side : peer);
  countGap(stream, highest, unseen);
  skipUnseen(stream, unseen);
}

/** RFC 6455 §5.1: only the client masks. */
function basisFromMasks(slots: slot.Slots): number | null {
  const first = slots.has(slot.MASKED_SEEN, 0);
  const second = slots.has(slot.MASKED_SEEN, slot.SIDE_STRIDE);
  if (first === second || isWebSocket(slots) === false) return null;
  return first ? 0 : slot.SIDE_STRIDE;
}

/** Nothing showed who the client is: the side with the lower port is taken for the server. */
function assumeRoles(slots: slot.Slots): void {
  const ports = slots.word(slot.PORTS);
  if (ports >>> 16 > (ports & 0xffff)) return;
  slots.setWord(slot.FLAGS, slots.word(slot.FLAGS) | slot.CLIENT_IS_SIDE_1);
}

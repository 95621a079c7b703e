import type { CapturedSide, ResetValidity } from './captured-connection.ts';
import { isCopy } from './duplicates.ts';
import { beginEnd, endConnection } from './ending.ts';
import { addHistory } from './history.ts';
import { HISTORY_RST } from './history-letters.ts';
import type { Packet } from './packet.ts';
import { ACK } from './parse-tcp.ts';
import {
  ACK_KNOWN,
  DUPLICATES,
  FIN_AT,
  FIN_SEEN,
  FIN_SEQUENCE,
  HIGHEST_ACK,
  HIGHEST_SEQUENCE,
  INITIAL_SEQUENCE,
  LAST_DATA_AT,
  PACKETS,
  RST_AT,
  RST_COUNT,
  RST_INFO,
  RST_OFFSET,
  RST_SEEN,
  SEQUENCE_KNOWN,
  SIDE_FLAGS,
  type Slots,
  SYN_SCALE_KNOWN,
  SYN_SEEN,
  TTLS,
  WINDOW,
} from './slots.ts';
import type { Stream } from './stream.ts';

/** In the order of their numbers in RST_INFO. */
export const resetValidities: readonly ResetValidity[] = [
  'unknown',
  'exact',
  'in-window',
  'outside-window',
];
const UNKNOWN = 0;
const EXACT = 1;
const IN_WINDOW = 2;
const OUTSIDE = 3;

const MAX_DATA_BYTES = 0xfff;

/**
 * Bits of SIDE_FLAGS, above those of slots.ts, about an RST that the receiver ignores. Where one that it
 * accepts followed, that one is remembered, and of the other only this: its TTL, and whether its sender
 * went on as if there were none.
 */
const IGNORED = 1 << 20;
const IGNORED_WENT_ON = 1 << 21;
const RST_WAS_FIRST = 1 << 22; // nothing but RSTs had come from this side
const IGNORED_TTL_SHIFT = 23;

/** An RST: would its receiver accept it? If so, the connection has ended. RFC 9293 §3.10.7. */
export function trackReset(stream: Stream, packet: Packet): void {
  const { slots, side } = stream;
  if (slots.has(RST_SEEN, side) && isCopy(stream, packet)) return slots.count(DUPLICATES, side);
  slots.count(RST_COUNT, side);
  addHistory(slots, HISTORY_RST, side);
  const validity = validityOf(stream, packet);
  stream.note?.({ kind: 'rst', text: validity === OUTSIDE ? 'ignored' : '' });
  const before = slots.has(RST_SEEN, side) ? (slots.word(RST_INFO, side) >> 16) & 3 : OUTSIDE;
  if (before === OUTSIDE && (validity !== OUTSIDE || !slots.has(RST_SEEN, side))) {
    remember(stream, packet, validity);
  }
  if (validity === OUTSIDE) return;
  beginEnd(slots, packet.at);
  endConnection(stream, packet.at);
}

/** An RST of this side that its receiver ignores; null: there was none. */
export function ignoredReset(slots: Slots, side: number): CapturedSide['ignoredReset'] {
  if (slots.has(IGNORED, side)) {
    const ttl = (slots.word(SIDE_FLAGS, side) >>> IGNORED_TTL_SHIFT) & 0xff;
    return { ttl, wentOn: slots.has(IGNORED_WENT_ON, side) };
  }
  if (!slots.has(RST_SEEN, side) || ((slots.word(RST_INFO, side) >> 16) & 3) !== OUTSIDE)
    return null;
  return { ttl: (slots.word(TTLS, side) >> 16) & 0xff, wentOn: wentOn(slots, side) };
}

/** Was the RST that is remembered just the one that its receiver expected? */
export function isExactReset(slots: Slots, side: number): boolean {
  return ((slots.word(RST_INFO, side) >> 16) & 3) === EXACT;
}

/** Did the sender of the RST that is remembered send more than RSTs behind it? */
function wentOn(slots: Slots, side: number): boolean {
  const at = slots.number(RST_AT, side);
  if (slots.number(LAST_DATA_AT, side) > at || slots.number(FIN_AT, side) > at) return true;
  const others = slots.word(PACKETS, side) - slots.word(RST_COUNT, side);
  return slots.has(RST_WAS_FIRST, side) && others > 0;
}

function validityOf(stream: Stream, packet: Packet): number {
  const { slots, side, peer } = stream;
  if (!slots.has(ACK_KNOWN, peer)) return validityForSynSent(stream, packet);
  if (packet.sequence === nextOf(stream)) return EXACT;
  const offset = (packet.sequence - slots.word(HIGHEST_ACK, peer)) | 0;
  if (offset === 0) return EXACT;
  return offset > 0 && offset < windowOf(stream, peer) ? IN_WINDOW : OUTSIDE;

  /** What the sender itself would send next: the receiver's acknowledgment may be on its way. */
  function nextOf({ slots }: Stream): number {
    if (slots.has(FIN_SEEN, side)) return (slots.word(FIN_SEQUENCE, side) + 1) | 0;
    if (slots.has(SEQUENCE_KNOWN, side)) return slots.word(HIGHEST_SEQUENCE, side);
    return slots.word(HIGHEST_ACK, peer);
  }
}

/** RFC 9293 §3.10.7.3: in SYN-SENT an RST counts only if it acknowledges the SYN. */
function validityForSynSent(stream: Stream, packet: Packet): number {
  const { slots, peer } = stream;
  if (!slots.has(SYN_SEEN, peer)) return UNKNOWN;
  if ((packet.flags & ACK) === 0) return OUTSIDE;
  const expected = (slots.word(INITIAL_SEQUENCE, peer) + 1) | 0;
  return packet.acknowledgment === expected ? EXACT : OUTSIDE;
}

/** The receive window that a side announced, in bytes. Without its SYN the scale may be up to 14. */
function windowOf(stream: Stream, side: number): number {
  const { slots } = stream;
  const scale = slots.has(SYN_SCALE_KNOWN, side) ? slots.word(TTLS, side) >>> 24 : 14;
  return slots.word(WINDOW, side) * 2 ** scale;
}

function remember(stream: Stream, packet: Packet, validity: number): void {
  const { slots, side, peer } = stream;
  const ignored = ignoredReset(slots, side);
  if (ignored !== null) {
    const bits = IGNORED | (ignored.wentOn ? IGNORED_WENT_ON : 0);
    slots.mark(bits | (ignored.ttl << IGNORED_TTL_SHIFT), side);
  }
  const isFirst = slots.word(PACKETS, side) === slots.word(RST_COUNT, side);
  slots.mark(isFirst ? RST_SEEN | RST_WAS_FIRST : RST_SEEN, side);
  slots.setNumber(RST_AT, packet.at, side);
  slots.setWord(RST_OFFSET, (packet.sequence - slots.word(HIGHEST_ACK, peer)) | 0, side);
  const hasAck = (packet.flags & ACK) === 0 ? 0 : 1;
  const dataBytes = Math.min(packet.payloadLength, MAX_DATA_BYTES);
  slots.setWord(
    RST_INFO,
    packet.window | (validity << 16) | (hasAck << 18) | (dataBytes << 19),
    side,
  );
  slots.setWord(TTLS, (slots.word(TTLS, side) & ~0xff0000) | (packet.ttl << 16), side);
}

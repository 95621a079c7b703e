import type { Unknown } from '@farewell/core';
import type {
  CapturedCloseFrame,
  CapturedFin,
  CapturedReset,
  CapturedSide,
  CapturedTls,
  FrameCounts,
} from './captured-connection.ts';
import { ignoredReset, resetValidities } from './resets.ts';
import * as slot from './slots.ts';
import type { TextsByNumber } from './texts.ts';
import { CLIENT_NOT_MASKED, SERVER_MASKED, violationsOf } from './violations.ts';
import { WITHOUT_CODE } from './walk-frames.ts';
import {
  TLS_ENCRYPTED_ALERT,
  TLS_LOOKS_LIKE_ALERT,
  TLS_PLAIN_ALERT,
  TLS_SEEN,
} from './walk-tls.ts';

type Slots = slot.Slots;

/** What side `side` of the connection that is sought has sent. The roles must be settled. */
export function capturedSide(slots: Slots, texts: TextsByNumber, side: number): CapturedSide {
  return {
    packets: slots.word(slot.PACKETS, side),
    payloadBytes: slots.number(slot.PAYLOAD_BYTES, side),
    synSeen: slots.has(slot.SYN_SEEN, side),
    fin: readFin(slots, side),
    reset: readReset(slots, side),
    ignoredReset: ignoredReset(slots, side),
    closeFrame: readClose(slots, texts, side),
    frames: readFrames(slots, side),
    compressedFrames: slots.word(slot.COMPRESSED, side),
    firstPingAt: slots.number(slot.FIRST_PING_AT, side) || null,
    lastPingAt: slots.number(slot.LAST_PING_AT, side) || null,
    lastPongAt: slots.number(slot.LAST_PONG_AT, side) || null,
    afterCloseBytes: slots.number(slot.AFTER_CLOSE_BYTES, side),
    violations: violationsOf(slots.word(slot.VIOLATIONS, side) | maskViolation(slots, side)),
    tls: readTls(slots, side),
    retransmissions: slots.word(slot.RETRANSMISSIONS, side),
    outOfOrder: slots.word(slot.OUT_OF_ORDER, side),
    duplicates: slots.word(slot.DUPLICATES, side),
    keepAliveProbes: slots.word(slot.KEEP_ALIVES, side),
    zeroWindows: slots.word(slot.ZERO_WINDOWS, side),
    zeroWindowAtEnd: slots.has(slot.ZERO_WINDOW, side),
    gaps: slots.word(slot.GAPS, side),
    lostBytes: slots.number(slot.LOST_BYTES, side),
    lostByCapture: slots.has(slot.CAPTURE_LOST, side),
    truncated: slots.has(slot.TRUNCATED, side),
    unknownFrom: slots.has(slot.SYNC_LOST, side) ? slots.number(slot.UNKNOWN_FROM, side) : null,
    ttl: readTtl(slots, side),
    lastPacketAt: slots.number(slot.LAST_AT, side) || null,
    lastDataAt: slots.number(slot.LAST_DATA_AT, side) || null,
  };
}

function readFin(slots: Slots, side: number): CapturedFin | null {
  if (!slots.has(slot.FIN_SEEN, side)) return null;
  return {
    at: slots.number(slot.FIN_AT, side),
    count: slots.word(slot.FIN_COUNT, side),
    hadPeerFin: hadPeerFin(slots, side),
    hadPeerClose: finHadPeerClose(slots, side),
    ackedAt: slots.has(slot.FIN_ACKED, side) ? slots.number(slot.FIN_ACKED_AT, side) : null,
  };
}

/**
 * The acknowledgment in a FIN tells whether its sender had the other side's FIN, whatever the order in
 * the capture. Without a FIN of the other side: an acknowledgment of just one byte more than was seen
 * may be that of a FIN that escaped the capture.
 */
export function hadPeerFin(slots: Slots, side: number): boolean | Unknown {
  const peer = slot.SIDE_STRIDE - side;
  if (!slots.has(slot.FIN_ACK_KNOWN, side))
    return slots.has(slot.FIN_SEEN, peer) ? 'unknown' : false;
  const ack = slots.word(slot.FIN_ACK, side);
  if (slots.has(slot.FIN_SEEN, peer)) return ((ack - slots.word(slot.FIN_SEQUENCE, peer)) | 0) > 0;
  if (!slots.has(slot.SEQUENCE_KNOWN, peer)) return 'unknown';
  return ((ack - slots.word(slot.HIGHEST_SEQUENCE, peer)) | 0) > 0 ? 'unknown' : false;
}

/** Had the sender of the FIN received the peer's Close frame? */
export function finHadPeerClose(slots: Slots, side: number): boolean | Unknown {
  if (!slots.has(slot.FIN_ACK_KNOWN, side)) return 'unknown';
  return coversClose(slots, slots.word(slot.FIN_ACK, side), slot.SIDE_STRIDE - side);
}

/** Had the sender of the Close frame received the peer's? */
export function closeHadPeerClose(slots: Slots, side: number): boolean | Unknown {
  return coversClose(slots, slots.word(slot.CLOSE_ACK, side), slot.SIDE_STRIDE - side);
}

/** Does an acknowledgment cover the peer's Close frame? Unknown if the peer's frames are. */
function coversClose(slots: Slots, ack: number, peer: number): boolean | Unknown {
  if (slots.word(slot.CLOSE_CODE, peer) === 0) {
    return slots.has(slot.SYNC_LOST, peer) || slots.word(slot.PACKETS, peer) === 0
      ? 'unknown'
      : false;
  }
  return ((ack - slots.word(slot.CLOSE_END, peer)) | 0) >= 0;
}

function readReset(slots: Slots, side: number): CapturedReset | null {
  if (!slots.has(slot.RST_SEEN, side)) return null;
  const info = slots.word(slot.RST_INFO, side);
  const ackKnown = slots.has(slot.ACK_KNOWN, slot.SIDE_STRIDE - side);
  return {
    at: slots.number(slot.RST_AT, side),
    count: slots.word(slot.RST_COUNT, side),
    validity: resetValidities[(info >> 16) & 3] ?? 'unknown',
    sequenceOffset: ackKnown ? slots.word(slot.RST_OFFSET, side) : null,
    ttl: (slots.word(slot.TTLS, side) >> 16) & 0xff,
    window: info & 0xffff,
    hasAck: ((info >> 18) & 1) === 1,
    dataBytes: info >>> 19,
  };
}

function readClose(slots: Slots, texts: TextsByNumber, side: number): CapturedCloseFrame | null {
  const code = slots.word(slot.CLOSE_CODE, side);
  if (code === 0) return null;
  return {
    at: slots.number(slot.CLOSE_AT, side),
    statusCode: code === WITHOUT_CODE ? null : code & 0xffff,
    reason: texts.text(slots.word(slot.CLOSE_REASON, side)),
    hadPeerClose: closeHadPeerClose(slots, side),
  };
}

function readFrames(slots: Slots, side: number): FrameCounts {
  const count = (kind: number) => slots.word(slot.FRAMES + kind, side);
  return {
    text: count(0),
    binary: count(1),
    continuation: count(2),
    ping: count(3),
    pong: count(4),
    close: count(5),
    other: count(6),
  };
}

/** RFC 6455 §5.1, judged here because only now the roles are known. */
function maskViolation(slots: Slots, side: number): number {
  const client = (slots.word(slot.FLAGS) & slot.CLIENT_IS_SIDE_1) === 0 ? 0 : slot.SIDE_STRIDE;
  if (side === client) return slots.has(slot.UNMASKED_SEEN, side) ? CLIENT_NOT_MASKED : 0;
  return slots.has(slot.MASKED_SEEN, side) ? SERVER_MASKED : 0;
}

function readTls(slots: Slots, side: number): CapturedTls | null {
  const info = slots.word(slot.TLS_INFO, side);
  if ((info & TLS_SEEN) === 0) return null;
  const level = (info >> 8) & 0xff;
  const description = info & 0xff;
  const alert = (info & TLS_PLAIN_ALERT) === 0 ? null : { level, description };
  const hidden = (info & (TLS_ENCRYPTED_ALERT | TLS_LOOKS_LIKE_ALERT)) !== 0;
  const closeNotify = alert?.description === 0 ? 'seen' : hidden ? 'likely' : 'none';
  return { alert, closeNotify };
}

function readTtl(slots: Slots, side: number): readonly [number, number] | null {
  const ttls = slots.word(slot.TTLS, side);
  const highest = (ttls >> 8) & 0xff;
  return highest === 0 ? null : [ttls & 0xff, highest];
}

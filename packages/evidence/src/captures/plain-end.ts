import { finHadPeerClose } from './captured-side.ts';
import { ignoredReset, isExactReset } from './resets.ts';
import * as slot from './slots.ts';

type Slots = slot.Slots;

/** Shorter than anything that a rule calls a wait, ms. */
const SHORT_WAIT = 1000;
/** Shorter than anything that a rule takes for a timeout on the way, ms. */
const SHORT_SILENCE = 5000;

/**
 * Did the connection end so that its figures (times, counts, TTLs) decide nothing? Whole in the capture, with
 * both Close frames or none, without a wait or a silence that has to be explained, and without an RST that
 * looks like somebody else's. For all others the rules look at the figures as well.
 */
export function endedPlainly(slots: Slots, webSocket: boolean | 'likely'): boolean {
  if ((slots.word(slot.FLAGS) & (slot.ENDED | slot.WATCHED)) !== slot.ENDED) return false;
  const closes = slots.word(slot.CLOSE_CODE) !== 0;
  if (closes !== (slots.word(slot.CLOSE_CODE, slot.SIDE_STRIDE) !== 0)) return false;
  if (webSocket !== false && wasSilentBefore(slots)) return false;
  return isPlainSide(slots, 0) && isPlainSide(slots, slot.SIDE_STRIDE);
}

/** A connection that was silent before its end may have been cut, unless a Close frame began the end. */
function wasSilentBefore(slots: Slots): boolean {
  const beganAt = slots.number(slot.END_BEGAN_AT);
  if (slots.number(slot.CLOSE_AT) === beganAt) return false;
  if (slots.number(slot.CLOSE_AT, slot.SIDE_STRIDE) === beganAt) return false;
  return beganAt - slots.number(slot.QUIET_SINCE) >= SHORT_SILENCE;
}

function isPlainSide(slots: Slots, side: number): boolean {
  if (slots.has(slot.CAPTURE_LOST, side) || slots.word(slot.GAPS, side) !== 0) return false;
  if (slots.has(slot.FIN_SEEN, side) && !isPlainFin(slots, side)) return false;
  return !slots.has(slot.RST_SEEN, side) || isPlainReset(slots, side);
}

/** It waited for the other side's Close frame, and the other side did not go on for long behind it. */
function isPlainFin(slots: Slots, side: number): boolean {
  if (slots.word(slot.CLOSE_CODE, side) !== 0 && finHadPeerClose(slots, side) === false)
    return false;
  if (!slots.has(slot.FIN_ACKED, side)) return true;
  const peer = slot.SIDE_STRIDE - side;
  const last = slots.has(slot.FIN_SEEN, peer) ? slot.FIN_AT : slot.LAST_DATA_AT;
  return slots.number(last, peer) - slots.number(slot.FIN_ACKED_AT, side) < SHORT_WAIT;
}

/** In its place, by the way of the other packets, and the last thing that came. */
function isPlainReset(slots: Slots, side: number): boolean {
  if (!isExactReset(slots, side) || ignoredReset(slots, side) !== null) return false;
  const at = slots.number(slot.RST_AT, side);
  if (slots.number(slot.LAST_DATA_AT, side) > at || slots.number(slot.FIN_AT, side) > at)
    return false;
  const ttls = slots.word(slot.TTLS, side);
  const highest = (ttls >> 8) & 0xff;
  const ttl = (ttls >> 16) & 0xff;
  return highest === 0 || (ttl >= (ttls & 0xff) && ttl <= highest);
}

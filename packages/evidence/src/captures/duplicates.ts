import { addHistory } from './history.ts';
import { HISTORY_RETRANSMISSION } from './history-letters.ts';
import type { Packet } from './packet.ts';
import { DUPLICATES, FINGERPRINTS, LAST_AT, RETRANSMISSIONS } from './slots.ts';
import type { Stream } from './stream.ts';

/** How many packets of a side are remembered. */
const REMEMBERED = 4;
/**
 * Without an IP identification (IPv6, and Linux's SYN, RST and TIME-WAIT replies) a copy and a
 * retransmission look alike, but no retransmission timer is this short (RFC 6298 §2.4; Linux: 200 ms).
 */
const COPY_WITHIN = 1;

/**
 * Remembers what a later copy of this packet would look like. Acknowledgments alone are left out: it makes
 * no difference whether one was repeated.
 */
export function rememberPacket({ slots, side }: Stream, packet: Packet): void {
  const { words, base } = slots;
  const first = base + FINGERPRINTS + side;
  for (let at = first + REMEMBERED - 1; at > first; at -= 1) words[at] = words[at - 1] ?? 0;
  words[first] = fingerprint(packet);
}

/** Counts a segment that carries nothing new: the same packet seen twice, or sent twice. */
export function countRepeated(stream: Stream, packet: Packet): void {
  const { slots, side } = stream;
  if (isCopy(stream, packet)) return slots.count(DUPLICATES, side);
  slots.count(RETRANSMISSIONS, side);
  addHistory(slots, HISTORY_RETRANSMISSION, side);
  stream.note?.({ kind: 'retransmission', text: `${packet.payloadLength} bytes` });
}

/**
 * Is it a packet that was captured already, on another interface? The sender gives each packet, also a
 * retransmitted one, a new IP identification.
 */
export function isCopy(stream: Stream, packet: Packet): boolean {
  const { slots, side } = stream;
  const wanted = fingerprint(packet);
  let known = false;
  for (let index = 0; index < REMEMBERED; index += 1) {
    known ||= slots.word(FINGERPRINTS + index, side) === wanted;
  }
  if (!known) return false;
  return packet.identification !== 0 || packet.at - slots.number(LAST_AT, side) <= COPY_WITHIN;
}

function fingerprint(packet: Packet): number {
  let value = Math.imul(packet.sequence ^ 0x9e3779b9, 0x85ebca6b);
  value = Math.imul(value ^ packet.acknowledgment, 0xc2b2ae35);
  value = Math.imul(value ^ (packet.window | (packet.flags << 16)), 0x85ebca6b);
  return Math.imul(value ^ packet.payloadLength ^ (packet.identification << 16), 0xc2b2ae35);
}

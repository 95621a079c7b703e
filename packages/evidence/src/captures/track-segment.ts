import { countRepeated, isCopy, rememberPacket } from './duplicates.ts';
import { beginEnd, endIfFinished } from './ending.ts';
import { addHistory } from './history.ts';
import {
  HISTORY_ACK,
  HISTORY_DATA,
  HISTORY_FIN,
  HISTORY_INCONSISTENT,
  HISTORY_SYN,
  HISTORY_SYN_ACK,
  HISTORY_ZERO_WINDOW,
} from './history-letters.ts';
import type { Packet } from './packet.ts';
import { ACK, FIN, RST, SYN, windowScaleOf } from './parse-tcp.ts';
import { acceptOffOrder, deliver, drain, isKeepAlive, MAX_WINDOW_BYTES } from './reassembly.ts';
import { trackReset } from './resets.ts';
import { BY_SYN, setClient } from './roles.ts';
import {
  ACK_KNOWN,
  FIN_ACK,
  FIN_ACK_KNOWN,
  FIN_ACKED,
  FIN_ACKED_AT,
  FIN_AT,
  FIN_COUNT,
  FIN_SEEN,
  FIN_SEQUENCE,
  FLAGS,
  HIGHEST_ACK,
  HIGHEST_SEQUENCE,
  HOLE,
  INITIAL_SEQUENCE,
  KEEP_ALIVES,
  LAST_AT,
  NEXT_SEQUENCE,
  PACKETS,
  PAYLOAD_BYTES,
  RARE,
  SEQUENCE_KNOWN,
  SIDE_FLAGS,
  SYN_SCALE_KNOWN,
  SYN_SEEN,
  TTLS,
  WINDOW,
  ZERO_WINDOW,
  ZERO_WINDOWS,
} from './slots.ts';
import type { Stream } from './stream.ts';

/** Takes one TCP segment of any kind into the connection that is sought. */
export function trackSegment(stream: Stream, packet: Packet): void {
  const { slots, side } = stream;
  const { flags } = packet;
  slots.count(PACKETS, side);
  if ((flags & RST) !== 0) trackReset(stream, packet);
  else {
    followTtl(stream, packet.ttl);
    if ((flags & SYN) !== 0) trackSyn(stream, packet);
    if ((flags & ACK) !== 0) trackAck(stream, packet);
    if (packet.payloadLength > 0) trackPayload(stream, packet);
    else if ((flags & (SYN | FIN)) === 0) trackEmpty(stream, packet);
    if ((flags & FIN) !== 0) trackFin(stream, packet);
    if ((slots.word(FLAGS) & RARE) !== 0) drainPeer(stream);
  }
  if (packet.payloadLength > 0 || (flags & (SYN | FIN | RST)) !== 0) rememberPacket(stream, packet);
  slots.setNumber(LAST_AT, packet.at, side);
}

function followTtl(stream: Stream, ttl: number): void {
  const { words, base } = stream.slots;
  const at = base + TTLS + stream.side;
  const ttls = words[at] ?? 0;
  const lowest = ttls & 0xff;
  const highest = (ttls >> 8) & 0xff;
  if (lowest === ttl && highest === ttl) return;
  const low = highest === 0 || ttl < lowest ? ttl : lowest;
  words[at] = (ttls & ~0xffff) | low | (Math.max(highest, ttl) << 8);
}

function trackSyn(stream: Stream, packet: Packet): void {
  const { slots, side, peer } = stream;
  if (slots.has(SYN_SEEN, side)) {
    if (slots.word(INITIAL_SEQUENCE, side) === packet.sequence) countRepeated(stream, packet);
    else addHistory(slots, HISTORY_INCONSISTENT, side);
    return;
  }
  slots.mark(SYN_SEEN, side);
  slots.setWord(INITIAL_SEQUENCE, packet.sequence, side);
  if (!slots.has(SEQUENCE_KNOWN, side)) expectSequence(stream, (packet.sequence + 1) | 0);
  const isAnswer = (packet.flags & ACK) !== 0;
  setClient(slots, isAnswer ? peer : side, BY_SYN);
  addHistory(slots, isAnswer ? HISTORY_SYN_ACK : HISTORY_SYN, side);
  stream.note?.({ kind: isAnswer ? 'syn-ack' : 'syn', text: '' });
  const scale = Math.max(0, windowScaleOf(packet));
  slots.mark(SYN_SCALE_KNOWN, side);
  slots.setWord(TTLS, (slots.word(TTLS, side) & 0xffffff) | (scale << 24), side);
}

function expectSequence(stream: Stream, sequence: number): void {
  const { slots, side } = stream;
  slots.mark(SEQUENCE_KNOWN, side);
  slots.setWord(NEXT_SEQUENCE, sequence, side);
  slots.setWord(HIGHEST_SEQUENCE, sequence, side);
}

function trackAck(stream: Stream, packet: Packet): void {
  const { slots, side, peer } = stream;
  const { words, base } = slots;
  const at = base + side;
  const sideFlags = words[at + SIDE_FLAGS] ?? 0;
  const { acknowledgment, window } = packet;
  const highest = words[at + HIGHEST_ACK] ?? 0;
  if ((sideFlags & ACK_KNOWN) === 0) words[at + SIDE_FLAGS] = sideFlags | ACK_KNOWN;
  else if (((acknowledgment - highest) | 0) < 0) return;
  words[at + HIGHEST_ACK] = acknowledgment;
  words[at + WINDOW] = window;
  if ((window === 0) !== ((sideFlags & ZERO_WINDOW) !== 0)) followZeroWindow(stream, packet);
  if (slots.has(FIN_SEEN, peer)) acknowledgeFin(stream, peer, packet.at);
}

function followZeroWindow(stream: Stream, packet: Packet): void {
  const { slots, side } = stream;
  if (packet.window > 0) return slots.unmark(ZERO_WINDOW, side);
  slots.mark(ZERO_WINDOW, side);
  slots.count(ZERO_WINDOWS, side);
  addHistory(slots, HISTORY_ZERO_WINDOW, side);
  stream.note?.({ kind: 'zero-window', text: '' });
}

/** The FIN of side `of` is acknowledged if the other side's acknowledgment covers it. */
function acknowledgeFin(stream: Stream, of: number, at: number): void {
  const { slots } = stream;
  if (slots.has(FIN_ACKED, of)) return;
  const other = of === stream.side ? stream.peer : stream.side;
  if (!slots.has(ACK_KNOWN, other)) return;
  if (((slots.word(HIGHEST_ACK, other) - slots.word(FIN_SEQUENCE, of)) | 0) < 1) return;
  slots.mark(FIN_ACKED, of);
  slots.setNumber(FIN_ACKED_AT, at, of);
  endIfFinished(stream, at);
}

function trackPayload(stream: Stream, packet: Packet): void {
  const { slots, side } = stream;
  const { payloadLength } = packet;
  // Data may come with a SYN (TCP Fast Open); the SYN has the sequence number before it.
  const sequence = (packet.flags & SYN) === 0 ? packet.sequence : (packet.sequence + 1) | 0;
  if (!slots.has(SEQUENCE_KNOWN, side)) expectSequence(stream, sequence);
  slots.addNumber(PAYLOAD_BYTES, payloadLength, side);
  addHistory(slots, HISTORY_DATA, side);
  const { words, base } = slots;
  const end = (sequence + payloadLength) | 0;
  if (sequence === words[base + NEXT_SEQUENCE + side] && !slots.has(HOLE, side)) {
    stream.look(packet, sequence, 0);
    deliver(stream);
  } else acceptOffOrder(stream, packet, sequence);
  const highestAt = base + HIGHEST_SEQUENCE + side;
  if (((end - (words[highestAt] ?? 0)) | 0) > 0) words[highestAt] = end;
}

/** No payload: an acknowledgment, or a probe. */
function trackEmpty(stream: Stream, packet: Packet): void {
  const { slots, side, peer } = stream;
  addHistory(slots, HISTORY_ACK, side);
  if (packet.sequence === slots.word(NEXT_SEQUENCE, side)) return;
  // The same packet probes a zero window: then it does not ask whether the peer is alive.
  if (slots.has(ZERO_WINDOW, peer) || !isKeepAlive(stream, packet.sequence)) return;
  slots.count(KEEP_ALIVES, side);
  stream.note?.({ kind: 'keep-alive', text: '' });
}

function trackFin(stream: Stream, packet: Packet): void {
  const { slots, side } = stream;
  const sequence = (packet.sequence + packet.payloadLength) | 0;
  if (!slots.has(SEQUENCE_KNOWN, side)) expectSequence(stream, sequence);
  const offset = (sequence - slots.word(NEXT_SEQUENCE, side)) | 0;
  // -1: some systems repeat the SYN's sequence number when they give up a connection attempt.
  if (offset < -1 || offset > MAX_WINDOW_BYTES) return countRepeated(stream, packet);
  if (slots.has(FIN_SEEN, side)) return repeatFin(stream, packet);
  if (offset === -1) countRepeated(stream, packet);
  slots.mark(FIN_SEEN, side);
  slots.setWord(FIN_COUNT, 1, side);
  slots.setWord(FIN_SEQUENCE, sequence, side);
  slots.setNumber(FIN_AT, packet.at, side);
  rememberFinAck(stream, packet);
  addHistory(slots, HISTORY_FIN, side);
  stream.note?.({ kind: 'fin', text: '' });
  beginEnd(slots, packet.at);
  // The acknowledgment may stand before the FIN in the capture.
  acknowledgeFin(stream, side, packet.at);
}

function repeatFin(stream: Stream, packet: Packet): void {
  // Its payload, if it has one, was counted already.
  if (packet.payloadLength === 0) countRepeated(stream, packet);
  if (!isCopy(stream, packet)) stream.slots.count(FIN_COUNT, stream.side);
  rememberFinAck(stream, packet);
}

/** The lowest acknowledgment that came with a FIN is that of its first transmission. */
function rememberFinAck(stream: Stream, packet: Packet): void {
  const { slots, side } = stream;
  if ((packet.flags & ACK) === 0) return;
  const known = slots.has(FIN_ACK_KNOWN, side);
  if (known && ((packet.acknowledgment - slots.word(FIN_ACK, side)) | 0) >= 0) return;
  slots.mark(FIN_ACK_KNOWN, side);
  slots.setWord(FIN_ACK, packet.acknowledgment, side);
}

/** A response that was just read may have freed bytes that waited for it. */
function drainPeer(stream: Stream): void {
  if (!stream.slots.has(HOLE, stream.peer)) return;
  stream.side = stream.peer;
  drain(stream);
  stream.side = stream.peer;
}

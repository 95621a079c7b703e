import { rememberPacket } from './duplicates.ts';
import { addHistory } from './history.ts';
import { HISTORY_ACK, HISTORY_DATA } from './history-letters.ts';
import type { Packet } from './packet.ts';
import { ACK, FIN, RST, SYN } from './parse-tcp.ts';
import { deliver } from './reassembly.ts';
import {
  ACK_KNOWN,
  CLOSE_CODE,
  DISTURBED,
  FLAGS,
  FRAMES,
  FRAMES_GUESSED,
  HIGHEST_ACK,
  HIGHEST_SEQUENCE,
  LAST_AT,
  LAST_DATA_AT,
  MASKED_SEEN,
  MESSAGE_OPEN,
  MODE,
  NEXT_SEQUENCE,
  PACKETS,
  PAYLOAD_BYTES,
  RARE,
  REMAINING,
  SEQUENCE_KNOWN,
  SIDE_FLAGS,
  TTLS,
  UNMASKED_SEEN,
  WATCHED,
  WINDOW,
} from './slots.ts';
import type { Stream } from './stream.ts';
import { FRAMES_MODE, OPAQUE, TLS_MODE } from './stream-mode.ts';

/** RFC 6455 §5.2: the first byte of a message of one frame, and nothing negotiated about it. */
const WHOLE_TEXT = 0x81;
const WHOLE_BINARY = 0x82;
const UNUSUAL = DISTURBED | RARE | WATCHED;

/**
 * The hot path. Most segments are plain: an acknowledgment, or the next bytes of a stream that is being
 * read, in a connection that nothing has disturbed. All that they do is to move a few slots on. True: the
 * segment was one and has been taken. False: nothing was changed, and `trackSegment`, which would do the
 * same with it, has to look.
 */
export function takePlainSegment(stream: Stream, packet: Packet): boolean {
  const { words, numbers, base, numberBase } = stream.slots;
  const { side } = stream;
  const at = base + side;
  const { acknowledgment, payloadLength, window } = packet;
  if ((packet.flags & (FIN | SYN | RST | ACK)) !== ACK || window === 0) return false;
  if (((words[base + FLAGS] ?? 0) & UNUSUAL) !== 0) return false;
  const known = words[at + SIDE_FLAGS] ?? 0;
  if ((known & SEQUENCE_KNOWN) === 0 || words[at + NEXT_SEQUENCE] !== packet.sequence) return false;
  const progress = (acknowledgment - (words[at + HIGHEST_ACK] ?? 0)) | 0;
  if (progress < 0 && (known & ACK_KNOWN) !== 0) return false;
  if (((words[at + TTLS] ?? 0) & 0xffff) !== packet.ttl * 0x101) return false;
  if (payloadLength > 0 && !takePayload(stream, packet)) return false;
  if (payloadLength === 0) addHistory(stream.slots, HISTORY_ACK, side);
  words[at + SIDE_FLAGS] = (words[at + SIDE_FLAGS] ?? 0) | ACK_KNOWN;
  words[at + PACKETS] = (words[at + PACKETS] ?? 0) + 1;
  words[at + HIGHEST_ACK] = acknowledgment;
  words[at + WINDOW] = window;
  numbers[numberBase + LAST_AT + (side >> 1)] = packet.at;
  return true;
}

/** The next bytes: skipped as far as they are payload of the current frame or record, else read. */
function takePayload(stream: Stream, packet: Packet): boolean {
  const { words, numbers, base, numberBase } = stream.slots;
  const at = base + stream.side;
  const numberAt = numberBase + (stream.side >> 1);
  const { payloadLength, sequence } = packet;
  const mode = words[at + MODE];
  if (mode !== FRAMES_MODE && mode !== TLS_MODE && mode !== OPAQUE) return false;
  if (packet.payloadEnd - packet.payloadAt < payloadLength) return false;
  addHistory(stream.slots, HISTORY_DATA, stream.side);
  const end = (sequence + payloadLength) | 0;
  const remaining = mode === OPAQUE ? payloadLength : (numbers[numberAt + REMAINING] ?? 0);
  if (remaining === 0 && mode === FRAMES_MODE && takeFrame(stream, packet)) {
    numbers[numberAt + LAST_DATA_AT] = packet.at;
    words[at + NEXT_SEQUENCE] = end;
  } else if (remaining < payloadLength) {
    stream.look(packet, sequence, 0);
    deliver(stream);
  } else {
    numbers[numberAt + REMAINING] = remaining - payloadLength;
    numbers[numberAt + LAST_DATA_AT] = packet.at;
    words[at + NEXT_SEQUENCE] = end;
  }
  words[at + HIGHEST_SEQUENCE] = end;
  numbers[numberAt + PAYLOAD_BYTES] = (numbers[numberAt + PAYLOAD_BYTES] ?? 0) + payloadLength;
  rememberPacket(stream, packet);
  return true;
}

/** A whole short message in a frame of its own that fills the segment; false: `walkFrames` has to look. */
function takeFrame(stream: Stream, packet: Packet): boolean {
  const { words, base } = stream.slots;
  const { bytes, payloadAt, payloadLength } = packet;
  const at = base + stream.side;
  const first = bytes[payloadAt] ?? 0;
  const second = bytes[payloadAt + 1] ?? 0;
  if (first !== WHOLE_TEXT && first !== WHOLE_BINARY) return false;
  const masked = second >> 7;
  const length = second & 0x7f;
  if (length > 125 || 2 + 4 * masked + length !== payloadLength) return false;
  const known = words[at + SIDE_FLAGS] ?? 0;
  if ((known & (FRAMES_GUESSED | MESSAGE_OPEN)) !== 0 || words[at + CLOSE_CODE] !== 0) return false;
  words[at + SIDE_FLAGS] = known | (masked === 0 ? UNMASKED_SEEN : MASKED_SEEN);
  const kind = at + FRAMES + (first - WHOLE_TEXT);
  words[kind] = (words[kind] ?? 0) + 1;
  return true;
}

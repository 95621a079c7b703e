import {
  END_BEGAN_AT,
  ENDED,
  ENDED_AT,
  FIN_ACKED,
  FLAGS,
  LAST_DATA_AT,
  QUIET_SINCE,
  SIDE_STRIDE,
  type Slots,
} from './slots.ts';
import type { Stream } from './stream.ts';

/** The first Close frame, FIN or RST: remembers when, and when the last payload before it came. */
export function beginEnd(slots: Slots, at: number): void {
  if (slots.number(END_BEGAN_AT) !== 0) return;
  slots.setNumber(END_BEGAN_AT, at);
  const last = Math.max(slots.number(LAST_DATA_AT), slots.number(LAST_DATA_AT, SIDE_STRIDE));
  slots.setNumber(QUIET_SINCE, last);
}

/** The connection has ended once both FINs are acknowledged. */
export function endIfFinished(stream: Stream, at: number): void {
  const { slots } = stream;
  if (slots.has(FIN_ACKED, 0) && slots.has(FIN_ACKED, SIDE_STRIDE)) endConnection(stream, at);
}

export function endConnection(stream: Stream, at: number): void {
  const { slots } = stream;
  const flags = slots.word(FLAGS);
  if ((flags & ENDED) !== 0) return;
  slots.setWord(FLAGS, flags | ENDED);
  slots.setNumber(ENDED_AT, at);
  stream.justEnded = true;
}

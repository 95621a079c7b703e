import * as slot from './slots.ts';

/** Evidence that frames which were only guessed are frames. */
const MIN_UNMASKED_FRAMES = 4;
const MIN_MASKED_FRAMES = 2;

/** Does the connection that is sought speak WebSocket? `likely`: no handshake was seen, its frames show it. */
export function isWebSocket(slots: slot.Slots): boolean | 'likely' {
  if ((slots.word(slot.FLAGS) & slot.WEBSOCKET) !== 0) return true;
  const a = guessedFrames(slots, 0);
  const b = guessedFrames(slots, slot.SIDE_STRIDE);
  if (a + b === 0 || masksAndDoesNot(slots, 0) || masksAndDoesNot(slots, slot.SIDE_STRIDE))
    return false;
  const first = slots.has(slot.MASKED_SEEN, 0);
  const second = slots.has(slot.MASKED_SEEN, slot.SIDE_STRIDE);
  if (a > 0 && b > 0) return first === second ? false : 'likely';
  const enough = first || second ? MIN_MASKED_FRAMES : MIN_UNMASKED_FRAMES;
  return a + b >= enough ? 'likely' : false;
}

function masksAndDoesNot(slots: slot.Slots, side: number): boolean {
  return slots.has(slot.MASKED_SEEN, side) && slots.has(slot.UNMASKED_SEEN, side);
}

function guessedFrames(slots: slot.Slots, side: number): number {
  let frames = 0;
  for (let kind = 0; kind < 7; kind += 1) frames += slots.word(slot.FRAMES + kind, side);
  return frames;
}

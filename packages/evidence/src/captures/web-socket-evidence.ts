import * as slot from './slots.ts';

/** Evidence that frames which were only guessed are frames. */
const MIN_UNMASKED_FRAMES = 4;
const MIN_MASKED_FRAMES = 2;

/** Does the connection that is sought speak WebSocket? `likely`: no handshake was seen, its frames show it. */
export function isWebSocket(slots: slot.Slots): boolean | 'likely' {
  if ((slots.word(slot.FLAGS) & slot.WEBSOCKET) !== 0) return true;
  const frames = [0, slot.SIDE_STRIDE].map((side) => guessedFrames(slots, side));
  const masked = [0, slot.SIDE_STRIDE].map((side) => slots.has(slot.MASKED_SEEN, side));
  const unmasked = [0, slot.SIDE_STRIDE].map((side) => slots.has(slot.UNMASKED_SEEN, side));
  const [a = 0, b = 0] = frames;
  if (a + b === 0 || (masked[0] && unmasked[0]) || (masked[1] && unmasked[1])) return false;
  const opposite = a > 0 && b > 0 && masked[0] !== masked[1];
  if (a > 0 && b > 0 && !opposite) return false;
  const enough = masked[0] || masked[1] ? MIN_MASKED_FRAMES : MIN_UNMASKED_FRAMES;
  return opposite || a + b >= enough ? 'likely' : false;
}

function guessedFrames(slots: slot.Slots, side: number): number {
  let frames = 0;
  for (let kind = 0; kind < 7; kind += 1) frames += slots.word(slot.FRAMES + kind, side);
  return frames;
}

import { HISTORY, HISTORY_LENGTH, HISTORY_SEEN, type Slots } from './slots.ts';

/** Zeek's history letters, in the order of their numbers. Each is kept once for each side. */
const letters = ['s', 'h', 'a', 'd', 'f', 'r', 't', 'g', 'w', 'i'] as const;
type Letter = (typeof letters)[number];

export const HISTORY_SYN = 0;
export const HISTORY_SYN_ACK = 1;
export const HISTORY_ACK = 2;
export const HISTORY_DATA = 3;
export const HISTORY_FIN = 4;
export const HISTORY_RST = 5;
export const HISTORY_RETRANSMISSION = 6;
export const HISTORY_GAP = 7;
export const HISTORY_ZERO_WINDOW = 8;
export const HISTORY_INCONSISTENT = 9;

const SIDE_1 = 16;
const LETTERS_PER_WORD = 6;

/** Adds a letter of `side` (0 or SIDE_STRIDE), if it is the first of its kind. */
export function addHistory(slots: Slots, letter: number, side: number): void {
  const code = side === 0 ? letter : letter + SIDE_1;
  if (((slots.words[slots.base + HISTORY_SEEN] ?? 0) & (1 << code)) === 0) append(slots, code);
}

function append(slots: Slots, code: number): void {
  slots.setWord(HISTORY_SEEN, slots.word(HISTORY_SEEN) | (1 << code));
  const length = slots.word(HISTORY_LENGTH);
  const field = HISTORY + Math.floor(length / LETTERS_PER_WORD);
  slots.setWord(field, slots.word(field) | (code << (5 * (length % LETTERS_PER_WORD))));
  slots.setWord(HISTORY_LENGTH, length + 1);
}

/** The letters: capitals for the client, whose side is given. */
export function historyText(slots: Slots, clientSide: number): string {
  let text = '';
  for (let index = 0; index < slots.word(HISTORY_LENGTH); index += 1) {
    const word = slots.word(HISTORY + Math.floor(index / LETTERS_PER_WORD));
    const code = (word >> (5 * (index % LETTERS_PER_WORD))) & 0x1f;
    const letter: Letter = letters[code % SIDE_1] ?? 'i';
    text += code >= SIDE_1 === (clientSide !== 0) ? letter.toUpperCase() : letter;
  }
  return text;
}

import { HISTORY, HISTORY_LENGTH, HISTORY_SEEN, type Slots } from './slots.ts';

/** Zeek's history letters, in the order of their numbers. Each is kept once for each side. */
const letters = ['s', 'h', 'a', 'd', 'f', 'r', 't', 'g', 'w', 'i'] as const;
type Letter = (typeof letters)[number];

const SIDE_1 = 16;
const LETTERS_PER_WORD = 6;

/** Adds a letter of `side` (0 or SIDE_STRIDE), if it is the first of its kind. */
export function addHistory(slots: Slots, letter: number, side: number): void {
  const code = side === 0 ? letter : letter + SIDE_1;
  if (((slots.words[slots.base + HISTORY_SEEN] ?? 0) & (1 << code)) === 0) append(slots, code);
}

function append(slots: Slots, code: number): void {
  const { words, base } = slots;
  const length = words[base + HISTORY_LENGTH] ?? 0;
  const at = base + HISTORY + Math.floor(length / LETTERS_PER_WORD);
  words[base + HISTORY_SEEN] = (words[base + HISTORY_SEEN] ?? 0) | (1 << code);
  words[at] = (words[at] ?? 0) | (code << (5 * (length % LETTERS_PER_WORD)));
  words[base + HISTORY_LENGTH] = length + 1;
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

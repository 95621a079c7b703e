// Places of Zeek's letters in `history.ts`. Constants of a file without imports are put in as values (scripts/bundle.js).
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

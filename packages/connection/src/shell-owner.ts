/** What a shell tells whoever it belongs to. Symbols, so that they are no part of its public surface. */

/** Told when fewer bytes, or more, are unsent. */
export const flushed: unique symbol = Symbol('farewell.flushed');
/** Will somebody look at the ending at once? Then it is worth a question to the kernel. */
export const isWatched: unique symbol = Symbol('farewell.isWatched');
/** Told that other code of the process ended or destroyed the socket. */
export const wasCut: unique symbol = Symbol('farewell.wasCut');
/** Told that the first Close frame has passed. */
export const isClosing: unique symbol = Symbol('farewell.isClosing');
/** Told of the end, once, and what error there was. */
export const hasEnded: unique symbol = Symbol('farewell.hasEnded');

/** What other code did: an HTTP server's shutdown helper, for one. */
export type CutHow = 'ended' | 'destroyed';

/** Whose connection it is. */
export interface ShellOwner {
  [flushed](unsentBytes: number): void;
  [isWatched](): boolean;
  [wasCut](how: CutHow): void;
  [isClosing](): void;
  [hasEnded](error: unknown): void;
}

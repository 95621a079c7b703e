/** The time and the timers that a client uses. */
export interface Clock {
  /** ms since any moment; never goes back. */
  now(): number;
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** A difference between the two clocks that is no rounding and no slow adjustment. */
const jump = 1_000;

let slept = 0;
let difference = Date.now() - performance.now();

/**
 * The monotonic clock, plus the time that it missed: `performance.now()` may stand still while the machine
 * sleeps, which only the wall clock shows. (A wall clock set ahead looks the same; set back, it changes nothing.)
 */
export const systemClock: Clock = {
  now() {
    const monotonic = performance.now();
    const moved = Date.now() - monotonic - difference;
    if (Math.abs(moved) > jump) difference += moved;
    if (moved > jump) slept += moved;
    return monotonic + slept;
  },
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

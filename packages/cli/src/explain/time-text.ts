/** `000` to `999`. */
const thousands = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));
/** Nothing to `.999`, without zeros at the end. */
const fractions = thousands.map((digits) => `.${digits}`.replace(/\.?0+$/, ''));

/** The year 2248. Below it doubles lie closer than microseconds, so that each microsecond has one shortest text. */
const mostMs = 2 ** 43;

/**
 * Writes times as JSON does, several times as fast for those that a capture with microseconds holds: the
 * seconds are nearly always those of the time before, and what is behind them is looked up.
 */
export class TimeTexts {
  #seconds = 0;
  #secondsText = '0';

  /** `at` in Unix ms. */
  of(at: number | null): string {
    if (at === null || at < 1000 || at >= mostMs) return String(at);
    const ms = Math.floor(at);
    const microseconds = Math.round((at - ms) * 1000);
    // A finer time, or one that is rounded up to the next ms.
    if (ms + microseconds / 1000 !== at || microseconds === 1000) return String(at);
    const seconds = Math.floor(ms / 1000);
    if (seconds !== this.#seconds) {
      this.#seconds = seconds;
      this.#secondsText = String(seconds);
    }
    return `${this.#secondsText}${thousands[ms - seconds * 1000]}${fractions[microseconds]}`;
  }
}

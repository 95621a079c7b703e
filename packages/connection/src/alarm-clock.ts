/**
 * One timer for any number of waits: a binary heap of alarms, the earliest at the top. Fifteen thousand
 * connections cost fifteen thousand array slots, and one Timeout. If many alarms are due at once, they
 * ring in slices, so that the event loop gets its turn in between.
 */

/** Whatever waits. The two fields belong to the clock. */
export interface Alarm {
  alarmAt: number;
  /** Place in the heap; -1: not set. */
  alarmIndex: number;
  ring(now: number): void;
}

/** How long alarms may ring in a row, ms. */
const slice = 5;

/** The clock of all connections: whole ms of `performance.now()`, as small integers need no memory of their own. */
export function now(): number {
  return Math.trunc(performance.now());
}

/** The longest step, ms. */
const longestStep = 250;

/**
 * The end of the step that `at` is in, for what is done once in `interval` and may be a moment late: the
 * twentieth part of it at most. Measured with 15,000 connections: a ping that wakes a sleeping loop alone
 * takes twice the CPU of one among others.
 */
export function inStep(at: number, interval: number): number {
  const step = Math.min(longestStep, Math.max(1, Math.trunc(interval / 20)));
  return Math.ceil(at / step) * step;
}

export class AlarmClock {
  readonly #heap: Alarm[] = [];
  #timer: NodeJS.Timeout | null = null;
  #timerAt = 0;

  /** Rings `alarm` once at `at` (ms of `now()`), instead of when it was to ring before. */
  set(alarm: Alarm, at: number): void {
    if (alarm.alarmIndex < 0) {
      alarm.alarmIndex = this.#heap.length;
      this.#heap.push(alarm);
    }
    alarm.alarmAt = at;
    this.#up(alarm.alarmIndex);
    this.#down(alarm.alarmIndex);
    this.#arm();
  }

  clear(alarm: Alarm): void {
    const index = alarm.alarmIndex;
    if (index < 0) return;
    alarm.alarmIndex = -1;
    const last = this.#heap.pop();
    if (last && last !== alarm) {
      this.#put(last, index);
      this.#up(index);
      this.#down(last.alarmIndex);
    }
    if (this.#heap.length === 0) this.#disarm();
  }

  /** A timer that is too early is left: it finds nothing due and sets itself again. */
  #arm(): void {
    const first = this.#heap[0];
    if (!first || (this.#timer && this.#timerAt <= first.alarmAt)) return;
    this.#disarm();
    this.#timerAt = first.alarmAt;
    // A connection's socket keeps the process alive; its timer need not.
    this.#timer = setTimeout(() => this.#ringAll(), Math.max(1, first.alarmAt - now())).unref();
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ringAll(): void {
    this.#timer = null;
    const began = now();
    let time = began;
    for (let first = this.#heap[0]; first && first.alarmAt <= time; first = this.#heap[0]) {
      if (time - began >= slice) break;
      this.clear(first);
      first.ring(time);
      time = now();
    }
    this.#arm();
  }

  #up(from: number): void {
    const alarm = this.#heap[from];
    if (!alarm) return;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (!parent || parent.alarmAt <= alarm.alarmAt) break;
      this.#put(parent, index);
      index = above;
    }
    this.#put(alarm, index);
  }

  #down(from: number): void {
    const alarm = this.#heap[from];
    if (!alarm) return;
    let index = from;
    for (;;) {
      const below = this.#earlierChild(index);
      const child = this.#heap[below];
      if (!child || child.alarmAt >= alarm.alarmAt) break;
      this.#put(child, index);
      index = below;
    }
    this.#put(alarm, index);
  }

  #earlierChild(index: number): number {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return 2 * index + (left && right && right.alarmAt < left.alarmAt ? 2 : 1);
  }

  #put(alarm: Alarm, index: number): void {
    this.#heap[index] = alarm;
    alarm.alarmIndex = index;
  }
}

/** Shared by all connections of the process. */
export const alarmClock = new AlarmClock();

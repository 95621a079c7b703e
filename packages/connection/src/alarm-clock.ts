import { EarliestFirst } from './earliest-first.ts';

/**
 * One timer for any number of waits: alarms by the millisecond in which they ring. Fifteen thousand
 * connections cost fifteen thousand array slots, and one Timeout. No alarm is looked at before its time: in a
 * heap of the alarms themselves, each look was a cache miss, a tenth of what a ping costs. If many alarms are due
 * at once, they ring in slices, so that the event loop gets its turn in between.
 */

/** Whatever waits. The two fields belong to the clock. */
export interface Alarm {
  alarmAt: number;
  /** Place among those of the same time; -1: not set. */
  alarmIndex: number;
  ring(now: number): void;
}

/** How long alarms may ring in a row, ms. */
const slice = 10;

/** So many times whose alarms were cleared may stay, besides as many as there are others. */
const mostCleared = 1_000;

/** The clock of all connections: whole ms of `performance.now()`, as small integers need no memory of their own. */
export function now(): number {
  return Math.trunc(performance.now());
}

/**
 * The longest step, ms. Of an interval of an hour, alarms in steps of a second would take 60 B of each connection,
 * not 20.
 */
const longestStep = (interval: number): number => Math.max(1_000, Math.trunc(interval / 360));

/**
 * The end of the step that `at` is in, for what is done once in `interval` and may be a moment late: the
 * twentieth part of it at most. Measured with 15,000 connections: a ping that wakes a sleeping loop alone
 * takes twice the CPU of one among others.
 */
export function inStep(at: number, interval: number): number {
  const step = Math.min(longestStep(interval), Math.max(1, Math.trunc(interval / 20)));
  return Math.ceil(at / step) * step;
}

export class AlarmClock {
  /** By their time. */
  readonly #alarms = new Map<number, Alarm[]>();
  /** All their times. One whose alarms were cleared stays for a while. */
  readonly #times = new EarliestFirst();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = 0;

  /** Rings `alarm` once at `at` (ms of `now()`), instead of when it was to ring before. */
  set(alarm: Alarm, at: number): void {
    const alarmAt = Math.ceil(at);
    if (alarm.alarmIndex >= 0 && alarm.alarmAt === alarmAt) return;
    this.#remove(alarm);
    alarm.alarmAt = alarmAt;
    this.#add(alarm);
    this.#arm();
  }

  clear(alarm: Alarm): void {
    this.#remove(alarm);
    if (this.#alarms.size > 0) return;
    this.#times.clear();
    this.#disarm();
  }

  #add(alarm: Alarm): void {
    const others = this.#alarms.get(alarm.alarmAt);
    alarm.alarmIndex = others?.length ?? 0;
    if (others) return void others.push(alarm);
    this.#alarms.set(alarm.alarmAt, [alarm]);
    this.#times.add(alarm.alarmAt);
    if (this.#times.size > 2 * this.#alarms.size + mostCleared) this.#forgetCleared();
  }

  /** An alarm that is put off again and again would leave a number behind each time. */
  #forgetCleared(): void {
    this.#times.clear();
    for (const time of this.#alarms.keys()) this.#times.add(time);
  }

  #remove(alarm: Alarm): void {
    const { alarmAt, alarmIndex } = alarm;
    if (alarmIndex < 0) return;
    alarm.alarmIndex = -1;
    const others = this.#alarms.get(alarmAt);
    const last = others?.pop();
    if (others?.length === 0) this.#alarms.delete(alarmAt);
    if (!others || !last || last === alarm) return;
    others[alarmIndex] = last;
    last.alarmIndex = alarmIndex;
  }

  /** A timer that is too early is left: it finds nothing due and sets itself again. */
  #arm(): void {
    const first = this.#firstTime();
    if (first === undefined || (this.#timer && this.#timerAt <= first)) return;
    this.#disarm();
    this.#timerAt = first;
    // A connection's socket keeps the process alive; its timer need not.
    this.#timer = setTimeout(() => this.#ringAll(), Math.max(1, first - now())).unref();
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ringAll(): void {
    this.#timer = null;
    try {
      this.#ringDue(now());
    } finally {
      // One alarm that throws does not silence the others.
      this.#arm();
    }
  }

  #ringDue(began: number): void {
    for (let time = began; time - began < slice; time = now()) {
      const alarm = this.#firstDue(time);
      if (!alarm) return;
      this.clear(alarm);
      alarm.ring(time);
    }
  }

  #firstDue(time: number): Alarm | null {
    const first = this.#firstTime();
    if (first === undefined || first > time) return null;
    return this.#alarms.get(first)?.at(-1) ?? null;
  }

  /** The earliest at which an alarm is to ring: nothing wakes up for those that were cleared. */
  #firstTime(): number | undefined {
    for (;;) {
      const { first } = this.#times;
      if (first === undefined || this.#alarms.has(first)) return first;
      this.#times.removeFirst();
    }
  }
}

/** Shared by all connections of the process. */
export const alarmClock = new AlarmClock();

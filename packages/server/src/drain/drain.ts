import { drainConnection, isDrained, type ManagedConnection } from '@farewell/connection';
import { retryAfterReason } from '@farewell/core';
import type { DrainSettings } from './options.ts';
import { batchAt, retryDelay } from './pacing.ts';
import { type CutIn, type DrainProgress, type DrainReport, drainReport } from './report.ts';
import { Tally } from './tally.ts';
import { Timers } from './timers.ts';

/**
 * Carries a drain out: in each turn it asks the plan (pacing.ts) how many are next, sends them their
 * message and, `messageLead` later, their Close frame; what happens then each connection decides for itself,
 * with the end of the drain as one more deadline. It knows the connections that were there when it
 * began: none can open later, as every upgrade is refused from then on.
 */

/** What a drain needs of its server. */
export interface DrainHost {
  /** Those that have not ended. */
  readonly connections: ReadonlySet<ManagedConnection>;
  /** How often other code closed sockets or listeners so far. */
  cutIn(): CutIn | null;
  /** Told after each batch, ten times a second while waiting, and at the end. */
  onProgress(progress: DrainProgress): void;
  onError(error: unknown, connection: ManagedConnection): void;
}

/** How often progress is told while waiting, ms. */
const tickInterval = 100;
/** Of so few connections the address is asked for as long as there is a socket to ask. */
const fewEnough = 1_000;

export class Drain {
  readonly startedAt = Math.trunc(performance.now());
  /** Fulfilled when all connections have ended. */
  readonly finished: Promise<DrainReport>;
  readonly #settings: DrainSettings;
  readonly #host: DrainHost;
  /** In the order in which it is their turn. */
  readonly #all: readonly ManagedConnection[];
  #waiting: number;
  #closing = 0;
  readonly #tally = new Tally();
  readonly #timers = new Timers();
  #finish: (report: DrainReport) => void = () => {};
  #refused = 0;
  #isTimedOut = false;
  #endedAt: number | null = null;

  constructor(settings: DrainSettings, host: DrainHost) {
    this.#settings = settings;
    this.#host = host;
    this.#all = [...host.connections];
    this.#waiting = this.#all.length;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Begins: the first batch goes out at once. */
  start(): void {
    this.#timers.after(this.#settings.timeout, () => this.#abortRest());
    this.#turn(0);
    this.#tick();
    this.#endIfDone();
  }

  get progress(): DrainProgress {
    return {
      elapsed: this.#elapsed,
      connections: this.#all.length,
      waiting: this.#waiting,
      closing: this.#closing,
      ...this.#tally.counts,
      refused: this.#refused,
    };
  }

  /** An upgrade was refused. Gives the delay to ask for, ms; null: none. */
  refuse(): number | null {
    this.#refused += 1;
    return retryDelay({ index: 0, count: 1 }, this.#settings.retryAfter, Math.random());
  }

  /** A connection has ended. */
  ended(connection: ManagedConnection): void {
    if (isDrained(connection)) this.#closing -= 1;
    else this.#waiting -= 1;
    this.#tally.add(connection);
    this.#endIfDone();
  }

  get #elapsed(): number {
    return (this.#endedAt ?? performance.now()) - this.startedAt;
  }

  #turn(from: number): void {
    const { batchInterval, messageLead } = this.#settings;
    const standing = { waiting: this.#all.length - from, elapsed: this.#elapsed };
    const to = from + batchAt(standing, this.#settings);
    for (const connection of this.#all.slice(from, to)) this.#announce(connection);
    if (messageLead > 0) this.#timers.after(messageLead, () => this.#closeFrom(from, to));
    else this.#closeFrom(from, to);
    if (to < this.#all.length) this.#timers.after(batchInterval, () => this.#turn(to));
  }

  #announce(connection: ManagedConnection): void {
    const { message } = this.#settings;
    if (message === undefined || connection.readyState !== 'OPEN') return;
    try {
      const made = typeof message === 'function' ? message(connection) : message;
      if (made !== undefined) void connection.send(made);
    } catch (error) {
      this.#host.onError(error, connection);
    }
  }

  #closeFrom(from: number, to: number): void {
    for (let index = from; index < to; index++) this.#close(index);
    this.#host.onProgress(this.progress);
  }

  /** One that the application is closing already only gets the deadline. */
  #close(index: number): void {
    const connection = this.#all[index];
    if (!connection) return;
    const { retryAfter, reason, code } = this.#settings;
    const delay = retryDelay({ index, count: this.#all.length }, retryAfter, Math.random());
    const hasBegun = drainConnection(connection, {
      statusCode: code,
      reason: delay === null ? reason : retryAfterReason(delay, reason),
      since: this.startedAt,
    });
    if (!hasBegun) return;
    this.#waiting -= 1;
    this.#closing += 1;
  }

  /** The deadline is each connection's own; whose turn never came has it behind it. */
  #abortRest(): void {
    this.#isTimedOut = true;
    this.#askForAddresses();
    this.#all.forEach((_, index) => this.#close(index));
  }

  #tick(): void {
    if (this.#waiting === 0) {
      if (this.#closing < fewEnough) this.#askForAddresses();
      this.#host.onProgress(this.progress);
    }
    this.#timers.after(tickInterval, () => this.#tick());
  }

  /** Node remembers the address of a socket that was asked while it was open. */
  #askForAddresses(): void {
    for (const connection of this.#host.connections)
      if (isDrained(connection)) void connection.remoteAddress;
  }

  #endIfDone(): void {
    if (this.#waiting + this.#closing > 0) return;
    this.#timers.clear();
    this.#endedAt = performance.now();
    const { causes, stragglers } = this.#tally;
    const cutIn = this.#host.cutIn();
    const { progress } = this;
    this.#host.onProgress(progress);
    this.#finish(
      drainReport({ ...progress, isTimedOut: this.#isTimedOut, causes, stragglers, cutIn }),
    );
  }
}

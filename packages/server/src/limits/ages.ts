import { type Alarm, alarmClock, type ManagedConnection, openedAt } from '@farewell/connection';
import type { LimitOptions } from './options.ts';

/** How far apart the looks are, ms; the twentieth part of `jitter` where that is less. */
const longestStep = 1_000;

/**
 * Finds the connections that reach their maximum age. An alarm for each would be 180 B of an idle connection, so
 * there is one for all. Once a connection is older than `age - jitter` it is looked at in each step, and if r ms are
 * left to it, goes with a chance of step in r: that makes all ages in between equally likely.
 */
export class Ages implements Alarm {
  alarmAt = 0;
  alarmIndex = -1;
  readonly #age: number;
  readonly #youngest: number;
  readonly #step: number;
  readonly #connections: ReadonlySet<ManagedConnection>;
  readonly #onOld: (connection: ManagedConnection) => void;

  /** `connections`: the oldest first, as in a Set to which each is added when it opens. */
  constructor(
    { age, jitter = age / 10 }: NonNullable<LimitOptions['maxConnectionAge']>,
    connections: ReadonlySet<ManagedConnection>,
    onOld: (connection: ManagedConnection) => void,
  ) {
    this.#age = age;
    this.#youngest = age - jitter;
    this.#step = Math.min(longestStep, Math.max(1, Math.ceil(jitter / 20)));
    this.#connections = connections;
    this.#onOld = onOld;
  }

  opened(connection: ManagedConnection): void {
    if (this.alarmIndex < 0) alarmClock.set(this, openedAt(connection) + this.#youngest);
  }

  ended(): void {
    if (this.#connections.size === 0) alarmClock.clear(this);
  }

  ring(at: number): void {
    const next = this.#look(at);
    if (next !== null) alarmClock.set(this, Math.max(next, at + this.#step));
  }

  /** Gives the time for the next look; null: there is nobody to look at. */
  #look(at: number): number | null {
    let next: number | null = null;
    for (const connection of this.#connections) {
      const began = openedAt(connection);
      if (at - began < this.#youngest) return next ?? began + this.#youngest;
      if (connection.readyState !== 'OPEN') continue;
      const left = began + this.#age - at;
      if (Math.random() * left < this.#step) this.#onOld(connection);
      else next = at;
    }
    return next;
  }
}

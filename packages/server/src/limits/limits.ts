import { type Alarm, alarmClock, type ManagedConnection, now } from '@farewell/connection';
import { limitCode } from '../refusals.ts';
import { Ages } from './ages.ts';
import { type Bucket, fullBucket, type MessageRate, takeToken } from './message-rate.ts';
import type { LimitOptions, SlowConsumerOptions } from './options.ts';

/** The limits of connections that are open. */
export type LimitName = 'max-connection-age' | 'slow-consumer' | 'message-rate';

/** `send` was refused: too much is unsent to this client, for too long. */
export class SlowConsumerError extends Error {
  override readonly name = 'SlowConsumerError';
  readonly code = 'FAREWELL_SLOW_CONSUMER';
}

/** Told of each connection that met a limit. */
export type OnLimit = (connection: ManagedConnection, limit: LimitName) => void;

/** Watches the connections of a server; only those limits cost something that are set. */
export class Limits {
  readonly #options: LimitOptions;
  readonly #onLimit: OnLimit;
  readonly #ages: Ages | null;
  readonly #buckets = new Map<ManagedConnection, Bucket>();
  readonly #slow = new Map<ManagedConnection, SlowAlarm>();

  /** `connections`: those that are open, the oldest first. */
  constructor(
    options: LimitOptions,
    connections: ReadonlySet<ManagedConnection>,
    onLimit: OnLimit,
  ) {
    this.#options = options;
    this.#onLimit = onLimit;
    const { maxConnectionAge } = options;
    this.#ages = maxConnectionAge
      ? new Ages(maxConnectionAge, connections, (connection) => this.#closeOld(connection))
      : null;
  }

  opened(connection: ManagedConnection): void {
    this.#ages?.opened(connection);
  }

  /** It is none of the connections any more. */
  ended(connection: ManagedConnection): void {
    this.#ages?.ended();
    this.#buckets.delete(connection);
    const alarm = this.#slow.get(connection);
    if (!alarm) return;
    alarmClock.clear(alarm);
    this.#slow.delete(connection);
  }

  /** A message came in. False: it was one too many, and the connection is being closed. */
  received(connection: ManagedConnection): boolean {
    const { messageRate } = this.#options;
    if (!messageRate) return true;
    const at = performance.now();
    const bucket = this.#buckets.get(connection) ?? this.#newBucket(connection, messageRate, at);
    if (takeToken(bucket, messageRate, at)) return true;
    if (connection.readyState === 'OPEN') {
      this.#onLimit(connection, 'message-rate');
      void connection.close(limitCode['message-rate'], 'too many messages');
    }
    return false;
  }

  /** So many bytes are unsent now. */
  unsent(connection: ManagedConnection, bytes: number): void {
    const { slowConsumer } = this.#options;
    if (!slowConsumer) return;
    const known = this.#slow.get(connection);
    if (bytes <= slowConsumer.bytes) {
      this.#slow.delete(connection);
      return known?.recover();
    }
    if (known || connection.readyState !== 'OPEN') return;
    const alarm = new SlowAlarm(connection, slowConsumer.action, this.#onLimit);
    this.#slow.set(connection, alarm);
    alarmClock.set(alarm, now() + slowConsumer.duration);
  }

  /** An error: this message is dropped. */
  refusesSend(connection: ManagedConnection): SlowConsumerError | null {
    if (!this.#slow.get(connection)?.isDropping) return null;
    const { bufferedAmount } = connection;
    return new SlowConsumerError(`Cannot send: ${bufferedAmount} bytes are unsent to this client`);
  }

  #newBucket(connection: ManagedConnection, messageRate: MessageRate, at: number): Bucket {
    const bucket = fullBucket(messageRate, at);
    this.#buckets.set(connection, bucket);
    return bucket;
  }

  #closeOld(connection: ManagedConnection): void {
    this.#onLimit(connection, 'max-connection-age');
    void connection.close(limitCode['max-connection-age'], 'maximum age reached');
  }
}

class SlowAlarm implements Alarm {
  alarmAt = 0;
  alarmIndex = -1;
  isDropping = false;
  #hasPaused = false;
  readonly #connection: ManagedConnection;
  readonly #action: SlowConsumerOptions['action'];
  readonly #onLimit: OnLimit;

  constructor(
    connection: ManagedConnection,
    action: SlowConsumerOptions['action'],
    onLimit: OnLimit,
  ) {
    this.#connection = connection;
    this.#action = action;
    this.#onLimit = onLimit;
  }

  ring(): void {
    if (this.#connection.readyState !== 'OPEN') return;
    this.#onLimit(this.#connection, 'slow-consumer');
    switch (this.#action) {
      case 'close':
        return void this.#connection.close(limitCode['slow-consumer'], 'too slow');
      case 'drop':
        this.isDropping = true;
        return;
      case 'pause':
        this.#hasPaused = true;
        return this.#connection.pause();
    }
  }

  /** Enough was sent. */
  recover(): void {
    alarmClock.clear(this);
    this.isDropping = false;
    if (this.#hasPaused) this.#connection.resume();
  }
}

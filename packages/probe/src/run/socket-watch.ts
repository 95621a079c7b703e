import { isIP } from 'node:net';
import type { SocketRow } from '@farewell/core';
import type { PeerSocket } from '../checks/transcript.ts';
import { NotPlayed, textOf } from './not-played.ts';

/** This machine's sockets now, as a reader of the kernel's table gives them. May reject. */
export type ReadSockets = () => Promise<readonly SocketRow[]>;

/** The ends of a connection, as this process's socket names them. */
export interface Ends {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

interface Watched {
  readonly ends: Ends;
  readonly history: PeerSocket[];
}

const shortestInterval = 250;
/** A table of 100,000 sockets takes 100 ms: reading takes a twentieth of the time at most. */
const costFactor = 20;

/**
 * Follows the other side's sockets in the kernel's table, as far as they are on this machine: each
 * change of state is kept with the time of the reading that showed it.
 */
export class SocketWatch implements Disposable {
  readonly #read: ReadSockets;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;
  /** The reading under way, and the one that begins after it for those who have come meanwhile. */
  #reading: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(read: ReadSockets) {
    this.#read = read;
  }

  /**
   * Follows one connection until `finish` is called, which looks once more and gives the changes. It rejects with
   * `NotPlayed` if the table cannot be read.
   */
  follow(ends: Ends): { finish(): Promise<readonly PeerSocket[]> } {
    const watched: Watched = { ends, history: [] };
    this.#watched.add(watched);
    this.#timer ??= this.#wakeIn(shortestInterval);
    return {
      finish: async () => {
        await this.#look();
        this.#watched.delete(watched);
        return watched.history;
      },
    };
  }

  [Symbol.dispose](): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#watched.clear();
  }

  #wakeIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#lookOnTime(), ms).unref();
  }

  async #lookOnTime(): Promise<void> {
    const startedAt = performance.now();
    // A reading that fails is told by the `finish` that follows.
    await this.#look().catch(() => {});
    const cost = performance.now() - startedAt;
    this.#timer =
      this.#watched.size === 0 ? null : this.#wakeIn(Math.max(shortestInterval, costFactor * cost));
  }

  /** Fulfilled by a reading that began after the call; those who ask meanwhile share one. */
  #look(): Promise<void> {
    if (this.#reading === null) {
      this.#reading = this.#readOnce().finally(() => {
        this.#reading = null;
      });
      return this.#reading;
    }
    this.#next ??= this.#reading.then(() => {
      this.#next = null;
      return this.#look();
    });
    return this.#next;
  }

  async #readOnce(): Promise<void> {
    const rows = await this.#read().catch((error: unknown) => {
      throw new NotPlayed(`this machine's sockets cannot be read: ${textOf(error)}`, error);
    });
    const at = performance.now();
    for (const { ends, history } of this.#watched) note(history, peerRow(rows, ends), at);
  }
}

function note(history: PeerSocket[], row: SocketRow | undefined, at: number): void {
  const last = history.at(-1);
  // A socket that was never seen is on another machine.
  if (row === undefined && last === undefined) return;
  const tcpState = row?.tcpState ?? 'CLOSED';
  const held = row === undefined ? false : row.inode === null ? null : row.inode !== 0;
  if (last?.tcpState !== tcpState || last.held !== held) history.push({ at, tcpState, held });
}

function peerRow(rows: readonly SocketRow[], ends: Ends): SocketRow | undefined {
  return rows.find(
    (row) =>
      row.localPort === ends.remotePort &&
      row.remotePort === ends.localPort &&
      row.localAddress === plain(ends.remoteAddress) &&
      row.remoteAddress === plain(ends.localAddress),
  );
}

/** As socket tables write it: an IPv4 peer of a dual-stack socket as IPv4. */
function plain(address: string): string {
  const v4 = address.replace(/^::ffff:/i, '');
  return isIP(v4) === 4 ? v4 : address;
}

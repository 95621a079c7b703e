import { promisify } from 'node:util';
import type { Problem, SocketRow } from '@farewell/core';
import { EvidenceError } from '../evidence-error.ts';
import { errnoName, type Libc, loadLibc } from '../libc.ts';
import { SockDiagParser } from '../parse-sock-diag.ts';
import { monotonicNow } from './read-kernel-trace.ts';

export interface DestroyEventsOptions {
  /** Runs a function inside the network namespace that is meant (`NamespacePlace.inside`). Default: our own. */
  readonly inside?: <T>(act: () => T) => T;
  /** ms between two readings. Default 50: the kernel keeps some thousand deaths meanwhile. */
  readonly pollInterval?: number;
  /** Messages that wait to be read, in bytes, some 1,300 each. Default 16 MiB; without root less. */
  readonly bufferBytes?: number;
  readonly signal?: AbortSignal;
}

/** Sockets that died, in the order of the kernel's messages. */
export interface DestroyedSockets {
  /** ms on the monotonic clock, when they were read: a little after they died. */
  readonly at: number;
  /**
   * `tcpState` is always CLOSED, whatever led to it; `tcpInfo` is the last there was. Only full sockets:
   * a mini socket (TIME-WAIT, an orphaned FIN-WAIT-2) comes when its full socket dies, not when it does.
   */
  readonly rows: readonly SocketRow[];
  readonly problems: readonly Problem[];
  /** Messages were lost before these (ENOBUFS); the kernel does not count how many. */
  readonly lost: boolean;
}

/** Iterate it once. Ends when it is disposed of or its signal aborts; what was received is delivered. */
export interface DestroyEvents extends AsyncDisposable, AsyncIterable<DestroyedSockets> {
  /** How often messages were lost so far. */
  readonly losses: number;
}

/**
 * Listens to the kernel's messages about TCP sockets that die, of one network namespace. Needs no
 * privilege, but koffi. Throws EvidenceError `NOT_LINUX` or `UNREADABLE`.
 */
export function openDestroyEvents(options: DestroyEventsOptions = {}): DestroyEvents {
  if (process.platform !== 'linux') {
    throw new EvidenceError(
      'NOT_LINUX',
      `Destroy events are for Linux, this is ${process.platform}`,
    );
  }
  const loaded = loadLibc();
  if (loaded.libc === null) {
    throw new EvidenceError('UNREADABLE', `Destroy events need koffi: ${loaded.why}`);
  }
  const { libc } = loaded;
  const inside = options.inside ?? ((act) => act());
  return new ListeningSocket(
    libc,
    inside(() => openSocket(libc, options.bufferBytes ?? RECEIVE_BUFFER_BYTES)),
    options,
  );
}

class ListeningSocket implements DestroyEvents {
  losses = 0;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #pollInterval: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  #closed = false;

  constructor(libc: Libc, fd: number, options: DestroyEventsOptions) {
    this.#libc = libc;
    this.#fd = fd;
    this.#pollInterval = options.pollInterval ?? 50;
    this.#signal = options.signal
      ? AbortSignal.any([options.signal, this.#end.signal])
      : this.#end.signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DestroyedSockets, void> {
    let ending = false;
    while (!this.#closed) {
      ending = this.#signal.aborted;
      const destroyed = this.#read();
      if (destroyed.rows.length > 0 || destroyed.lost) yield destroyed;
      else if (ending) return;
      if (!ending) await this.#sleep();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    if (!this.#closed) this.#libc.close(this.#fd);
    this.#closed = true;
    return Promise.resolve();
  }

  /** All that waits, up to a bound, so that the event loop goes on. */
  #read(): DestroyedSockets {
    const parser = new SockDiagParser();
    let lost = false;
    for (let messages = 0; messages < MESSAGES_AT_ONCE; messages += 1) {
      const length = this.#libc.recv(this.#fd, this.#buffer, MSG_DONTWAIT);
      if (length > 0) parser.push(this.#buffer, length);
      else if (errnoName(this.#libc.errno()) === 'ENOBUFS') lost = true;
      else break;
    }
    if (lost) this.losses += 1;
    return { at: monotonicNow(), rows: parser.rows, problems: parser.problems.problems(), lost };
  }

  async #sleep(): Promise<void> {
    try {
      await sleep(this.#pollInterval, undefined, { signal: this.#signal });
    } catch {
      // Ended: the loop looks at the signal.
    }
  }
}

const sleep = promisify(setTimeout);
const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
/** `struct sockaddr_nl`. */
const ADDRESS_BYTES = 12;
const MSG_DONTWAIT = 0x40;
/** SKNLGRP_INET_TCP_DESTROY (1) and SKNLGRP_INET6_TCP_DESTROY (3), as a mask of groups. */
const TCP_DESTROY_GROUPS = (1 << 0) | (1 << 2);
const BUFFER_BYTES = 64 * 1024;
const RECEIVE_BUFFER_BYTES = 16 * 2 ** 20;
const MESSAGES_AT_ONCE = 2_000;

function openSocket(libc: Libc, bufferBytes: number): number {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) throw refused('no netlink socket', libc.errno());
  const address = new DataView(new ArrayBuffer(ADDRESS_BYTES));
  address.setUint16(0, AF_NETLINK, true);
  address.setUint32(8, TCP_DESTROY_GROUPS, true);
  if (libc.bind(fd, new Uint8Array(address.buffer)) < 0) {
    const errno = libc.errno();
    libc.close(fd);
    throw refused('the multicast groups were refused', errno);
  }
  libc.setReceiveBuffer(fd, bufferBytes);
  return fd;
}

function refused(what: string, errno: number): EvidenceError {
  return new EvidenceError('UNREADABLE', `Destroy events: ${what} (${errnoName(errno)})`);
}

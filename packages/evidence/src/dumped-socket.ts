import {
  linuxTcpStates,
  type SocketRow,
  type SocketState,
  type TcpTimer,
  type TcpTimerKind,
} from '@farewell/core';
import type { AddressTexts } from './ip-address.ts';
import { KernelTcpInfo } from './kernel-tcp-info.ts';

/** One datagram of a dump, and the addresses met so far. */
export interface Datagram {
  readonly view: DataView;
  readonly addresses: AddressTexts;
}

/** Length of `struct nlmsghdr`, which comes before it and begins with the length of both. */
export const HEADER_BYTES = 16;

/** Length of `struct inet_diag_msg` (include/uapi/linux/inet_diag.h). */
export const SOCKET_BYTES = 72;

/** True if the `struct inet_diag_msg` at `at` is of a family and in a state that have a name here. */
export function isKnown(view: DataView, at: number): boolean {
  const family = view.getUint8(at);
  return (family === AF_INET || family === AF_INET6) && stateAt(view, at) !== undefined;
}

/**
 * A socket as the kernel described it. What every row is asked for is decoded at once, the rest when
 * somebody asks: of 100,000 rows nine in ten are TIME-WAITs, with hardly more to them than the ports.
 * JSON has all fields, as of any other row.
 */
export class DumpedSocket implements SocketRow {
  readonly tcpState: SocketState;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #view: DataView;
  readonly #at: number;

  /** `at` is that of its `struct inet_diag_msg`, of which `isKnown` is true. */
  constructor({ view, addresses }: Datagram, at: number) {
    const family = view.getUint8(at) === AF_INET ? 'ipv4' : 'ipv6';
    this.tcpState = stateAt(view, at) ?? 'CLOSED';
    this.localAddress = addresses[family](view, at + 8);
    this.localPort = view.getUint16(at + 4);
    this.remoteAddress = addresses[family](view, at + 24);
    this.remotePort = view.getUint16(at + 6);
    this.#view = view;
    this.#at = at;
  }

  get family(): 4 | 6 {
    return this.#view.getUint8(this.#at) === AF_INET ? 4 : 6;
  }

  get receiveQueue(): number {
    return this.#view.getUint32(this.#at + 56, true);
  }

  get sendQueue(): number {
    return this.#view.getUint32(this.#at + 60, true);
  }

  get timer(): TcpTimer | null {
    return readTimer(this.#view, this.#at);
  }

  get inode(): number {
    return this.#view.getUint32(this.#at + 68, true);
  }

  get uid(): number {
    return this.#view.getUint32(this.#at + 64, true);
  }

  get cookie(): string | null {
    return readCookie(this.#view, this.#at + 44);
  }

  get tcpInfo(): KernelTcpInfo | null {
    if (this.tcpState === 'LISTEN') return null;
    return findTcpInfo(this.#view, this.#at, messageEnd(this.#view, this.#at));
  }

  /** All fields, as an object of its own. */
  toJSON(): SocketRow {
    const { family, tcpState, localAddress, localPort, remoteAddress, remotePort } = this;
    const { receiveQueue, sendQueue, timer, inode, uid, cookie } = this;
    const tcpInfo = this.tcpInfo?.toJSON() ?? null;
    const names = { family, tcpState, localAddress, localPort, remoteAddress, remotePort };
    return { ...names, receiveQueue, sendQueue, timer, inode, uid, cookie, tcpInfo };
  }
}

const AF_INET = 2;
const AF_INET6 = 10;
const INET_DIAG_INFO = 2;
const NO_TIMER: TcpTimer = { kind: 'none', expiresIn: 0, tries: 0 };

/** Index: `idiag_timer`, set in net/ipv4/inet_diag.c. */
const TIMER_KINDS: readonly (TcpTimerKind | undefined)[] = [
  'none',
  'retransmit',
  'keepalive',
  'time-wait',
  'probe',
];

function stateAt(view: DataView, at: number): SocketState | undefined {
  return linuxTcpStates[view.getUint8(at + 1)];
}

function messageEnd(view: DataView, at: number): number {
  return at - HEADER_BYTES + view.getUint32(at - HEADER_BYTES, true);
}

function readTimer(view: DataView, at: number): TcpTimer | null {
  const kind = TIMER_KINDS[view.getUint8(at + 2)];
  if (kind === undefined) return null;
  if (kind === 'none') return NO_TIMER;
  // Older kernels let a timer that is overdue go below zero.
  const expiresIn = Math.max(0, view.getInt32(at + 52, true));
  const tries = view.getUint8(at + 3);
  if (kind !== 'time-wait' || tries > 0 || expiresIn > TIME_WAIT_LENGTH)
    return { kind, expiresIn, tries };
  TIME_WAIT_TIMERS[expiresIn] ??= { kind, expiresIn, tries };
  return TIME_WAIT_TIMERS[expiresIn];
}

/** ms; fixed in Linux. */
const TIME_WAIT_LENGTH = 60_000;
/** One object for each time left: 100,000 sockets would make so much garbage that rows are moved. */
const TIME_WAIT_TIMERS: TcpTimer[] = [];

/** A 64-bit number in hexadecimal, as `ss -e` prints it behind `sk:`. All ones: the kernel has none. */
function readCookie(view: DataView, at: number): string | null {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  if (high === 0) return low.toString(16);
  if (high === 0xffff_ffff && low === 0xffff_ffff) return null;
  return high.toString(16) + low.toString(16).padStart(8, '0');
}

/** Attributes are a length of two bytes, header included, a type of two bytes, and the value. */
function findTcpInfo(view: DataView, socketAt: number, end: number): KernelTcpInfo | null {
  let at = socketAt + SOCKET_BYTES;
  while (at + 4 <= end) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > end) return null;
    if (view.getUint16(at + 2, true) === INET_DIAG_INFO)
      return new KernelTcpInfo(view, at + 4, at + length);
    at += (length + 3) & ~3;
  }
  return null;
}

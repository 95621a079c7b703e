import type { Socket } from 'node:net';
import { linuxTcpStates, type TcpState } from '@farewell/core';
import { descriptorOf } from './descriptor.ts';
import { systemCalls } from './system-calls.ts';

/** What the kernel can be asked about a socket of ours, and told, where koffi is installed. */

const SHUT_WR = 1;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_LINGER = 13;
const IPPROTO_TCP = 6;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
const TCP_INFO = 11;
const TCP_USER_TIMEOUT = 18;

/** As far as `tcpi_segs_in` in `struct tcp_info`: the kernel copies no more than is asked for. */
const info = new Uint8Array(144);
const infoView = new DataView(info.buffer);
const infoSize = new Int32Array(1);
const errno = new Int32Array(1);
const errnoSize = new Int32Array(1);

/** What TCP_INFO says of a socket that is open here. */
export interface OwnTcp {
  /** `CLOSED` also where the kernel keeps a TIME-WAIT, which is no longer this descriptor's. */
  readonly tcpState: TcpState;
  /** Received so far. */
  readonly segmentsIn: number;
  /** Received so far in order, of which the FIN is one more; modulo 2^32. */
  readonly bytesIn: number;
}

/** Asks the kernel about a socket; null: it cannot be asked. */
export function tcpOf(socket: Socket): OwnTcp | null {
  const calls = systemCalls();
  const fd = calls && descriptorOf(socket);
  if (fd === null) return null;
  infoSize[0] = info.length;
  if (calls?.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, infoSize) !== 0) return null;
  const tcpState = connectionState(info[0] ?? 0);
  const [bytesIn, segmentsIn] = [infoView.getUint32(128, true), infoView.getUint32(140, true)];
  return tcpState && { tcpState, segmentsIn, bytesIn };
}

/** By its number in include/net/tcp_states.h; null: not one of a connection. */
export function connectionState(number: number): TcpState | null {
  const state = linuxTcpStates[number];
  return state === undefined || state === 'LISTEN' ? null : state;
}

/** Is there nothing left to read but the peer's FIN, which the kernel has? False also where it cannot be asked. */
export function onlyFinIsUnread(socket: Socket): boolean {
  const tcp = tcpOf(socket);
  return tcp?.tcpState === 'CLOSE-WAIT' && tcp.bytesIn === (socket.bytesRead + 1) >>> 0;
}

/** The tcpState alone. */
export function tcpStateOf(socket: Socket): TcpState | null {
  return tcpOf(socket)?.tcpState ?? null;
}

/**
 * Sends FIN now, instead of in the next turn of the loop as Node does, so that the tcpState right behind
 * it shows whether the peer's FIN had come: a turn later the peer may have answered. For sockets whose
 * data is all with the kernel. False: it cannot be done here.
 */
export function shutDownNow(socket: Socket): boolean {
  const calls = systemCalls();
  const fd = calls && descriptorOf(socket);
  return fd !== null && calls?.shutdown(fd, SHUT_WR) === 0;
}

/** Has the kernel an error for us that nobody has read yet, as after an RST? Read by this. */
export function hasFailed(socket: Socket): boolean {
  const calls = systemCalls();
  const fd = calls && descriptorOf(socket);
  errnoSize[0] = errno.byteLength;
  const isRead = fd !== null && calls?.getsockopt(fd, SOL_SOCKET, SO_ERROR, errno, errnoSize) === 0;
  return isRead && errno[0] !== 0;
}

/** From now on close() sends RST. False: it could not be set. */
export function resetOnClose(socket: Socket): boolean {
  return set(socket, [SOL_SOCKET, SO_LINGER], Int32Array.of(1, 0));
}

/** Options of TCP that Node has no API for; durations in ms. Gives the names of those not applied. */
export function applyTcpOptions(
  socket: Socket,
  options: { readonly interval?: number; readonly count?: number; readonly userTimeout?: number },
): string[] {
  const { interval, count, userTimeout } = options;
  const wanted: readonly (readonly [string, number, number | undefined])[] = [
    ['tcpKeepAlive.interval', TCP_KEEPINTVL, interval && Math.max(1, Math.round(interval / 1_000))],
    ['tcpKeepAlive.count', TCP_KEEPCNT, count],
    ['tcpUserTimeout', TCP_USER_TIMEOUT, userTimeout],
  ];
  const missing: string[] = [];
  for (const [option, name, value] of wanted) {
    if (value === undefined) continue;
    if (!set(socket, [IPPROTO_TCP, name], Int32Array.of(value))) missing.push(option);
  }
  return missing;
}

function set(
  socket: Socket,
  [level, name]: readonly [level: number, name: number],
  value: Int32Array,
): boolean {
  const calls = systemCalls();
  const fd = calls && descriptorOf(socket);
  return fd !== null && calls?.setsockopt(fd, level, name, value, value.byteLength) === 0;
}

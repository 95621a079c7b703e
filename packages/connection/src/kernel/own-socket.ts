import type { Socket } from 'node:net';
import type { TcpState } from '@farewell/core';
import { descriptorOf } from './descriptor.ts';
import { systemCalls } from './system-calls.ts';

/** What the kernel can be asked about a socket of ours, and told, where koffi is installed. */

const SHUT_WR = 1;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
const IPPROTO_TCP = 6;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
const TCP_INFO = 11;
const TCP_USER_TIMEOUT = 18;

/** Index: the number in include/net/tcp_states.h. */
export const tcpStates: readonly (TcpState | undefined)[] = [
  undefined,
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  undefined,
  'CLOSING',
];

/** `tcpi_state` is the first byte of `struct tcp_info`: the kernel copies no more than is asked for. */
const info = new Uint8Array(1);
const infoSize = new Int32Array(1);

/**
 * The tcpState of a socket that is still open here; null: it cannot be asked. `CLOSED` also where the
 * kernel keeps a TIME-WAIT, which is no longer this descriptor's.
 */
export function tcpStateOf(socket: Socket): TcpState | null {
  const calls = systemCalls();
  const fd = calls && descriptorOf(socket);
  if (fd === null) return null;
  infoSize[0] = 1;
  if (calls?.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, infoSize) !== 0) return null;
  return tcpStates[info[0] ?? 0] ?? null;
}

/**
 * Sends FIN now, instead of in the next turn of the loop as Node does, so that the tcpState right behind
 * it shows whether the peer's FIN had come: a turn later the peer may have answered. For sockets whose
 * data is all with the kernel. null: it cannot be done here.
 */
export function shutDownNow(socket: Socket): TcpState | null {
  const calls = systemCalls();
  const fd = calls && descriptorOf(socket);
  if (fd === null || calls?.shutdown(fd, SHUT_WR) !== 0) return null;
  return tcpStateOf(socket);
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

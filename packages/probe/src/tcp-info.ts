import type { Socket } from 'node:net';
import { linuxTcpStates, type SocketState } from '@farewell/core';
import type Koffi from 'koffi';
import { loadKoffi, openDescriptor } from './libc.ts';

/** What TCP_INFO says of what a socket of ours has received. Linux, with the optional package koffi. */
export interface Received {
  readonly tcpState: SocketState;
  /** Bytes of the stream that the kernel has taken, read or not; a FIN counts as one. */
  readonly bytes: number;
  /** Segments of any kind, and those with data. */
  readonly segments: number;
  readonly dataSegments: number;
  /** How long ago the last data came, and the last segment with news in its header (a FIN, say), ms. */
  readonly sinceData: number;
  readonly sinceHeader: number;
}

const IPPROTO_TCP = 6;
const TCP_INFO = 11;

/** As far as `tcpi_data_segs_in` in `struct tcp_info`: the kernel copies no more than is asked for. */
const info = new Uint8Array(156);
const view = new DataView(info.buffer);
const size = new Int32Array(1);

type LibcCall = ReturnType<ReturnType<typeof Koffi.load>['func']>;

/** Undefined: not looked for yet; null: not to be had here. */
let getSocketOption: LibcCall | null | undefined;

/** Asks the kernel; null: it cannot be asked, or the socket is closed. */
export function receivedBy(socket: Socket): Received | null {
  if (getSocketOption === undefined) getSocketOption = findGetSocketOption();
  const fd = getSocketOption && openDescriptor(socket);
  if (fd === null) return null;
  size[0] = info.length;
  if (getSocketOption?.(fd, IPPROTO_TCP, TCP_INFO, info, size) !== 0) return null;
  return {
    tcpState: linuxTcpStates[info[0] ?? 0] ?? 'CLOSED',
    bytes: Number(view.getBigUint64(128, true)),
    segments: view.getUint32(140, true),
    dataSegments: view.getUint32(152, true),
    sinceData: view.getUint32(52, true),
    sinceHeader: view.getUint32(56, true),
  };
}

function findGetSocketOption(): LibcCall | null {
  if (process.platform !== 'linux') return null;
  try {
    return loadKoffi()
      .load('libc.so.6')
      .func('int getsockopt(int fd, int level, int name, void *value, void *size)');
  } catch {
    return null;
  }
}

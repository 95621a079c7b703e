import type { Socket } from 'node:net';
import type Koffi from 'koffi';
import { descriptorOf, loadKoffi } from './libc.ts';

/** Socket options that Node does not set, through the optional package koffi. Linux only. */

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_LINGER = 13;
const IPPROTO_TCP = 6;
const TCP_CORK = 3;

/**
 * Makes a socket's host look gone: a one-instruction socket filter (BPF_RET 0) drops whatever comes in,
 * ACKs included, while the kernel keeps the socket. As root or inside a user namespace. Rejects with an
 * Error that says what is missing.
 */
export async function vanish(socket: Socket): Promise<void> {
  const koffi = loadKoffi();
  setOption(koffi, descriptorOf(socket), dropAll(koffi));
}

/** Whether `vanish` can work here: tried on a socket that is not connected. */
export function canVanish(): boolean {
  if (!canSetSocketOptions()) return false;
  const koffi = loadKoffi();
  const libc = koffi.load('libc.so.6');
  const fd: unknown = libc.func('int socket(int domain, int type, int protocol)')(
    AF_INET,
    SOCK_STREAM,
    0,
  );
  if (typeof fd !== 'number' || fd < 0) return false;
  try {
    setOption(koffi, fd, dropAll(koffi));
    return true;
  } catch {
    return false;
  } finally {
    libc.func('int close(int fd)')(fd);
  }
}

/**
 * Holds back what is written until the FIN, at most 200 ms (TCP_CORK), so that both are one segment.
 * Throws an Error that says what is missing.
 */
export function cork(socket: Socket): void {
  const koffi = loadKoffi();
  const value = koffi.alloc('int', 1);
  koffi.encode(value, 'int', 1);
  setOption(koffi, descriptorOf(socket), { level: IPPROTO_TCP, name: TCP_CORK, value, length: 4 });
}

/** Makes the close of a socket an RST (SO_LINGER, 0 s). Throws an Error that says what is missing. */
export function resetOnClose(socket: Socket): void {
  const koffi = loadKoffi();
  // struct linger { int l_onoff; int l_linger }
  const value = koffi.alloc('int', 2);
  koffi.encode(value, koffi.array('int', 2), [1, 0]);
  setOption(koffi, descriptorOf(socket), { level: SOL_SOCKET, name: SO_LINGER, value, length: 8 });
}

/** Whether `cork` and `resetOnClose` can work here. */
export function canSetSocketOptions(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    loadKoffi();
    return true;
  } catch {
    return false;
  }
}

interface SocketOption {
  readonly level: number;
  readonly name: number;
  readonly value: unknown;
  readonly length: number;
}

function dropAll(koffi: typeof Koffi): SocketOption {
  // struct sock_filter { u16 code; u8 jt; u8 jf; u32 k }: BPF_RET | BPF_K, 0 bytes accepted
  const filter = koffi.struct({ code: 'uint16', jt: 'uint8', jf: 'uint8', k: 'uint32' });
  const program = koffi.struct({ length: 'uint16', filter: koffi.pointer(filter) });
  const value = koffi.alloc(program, 1);
  koffi.encode(value, program, { length: 1, filter: [{ code: 0x06, jt: 0, jf: 0, k: 0 }] });
  return { level: SOL_SOCKET, name: SO_ATTACH_FILTER, value, length: koffi.sizeof(program) };
}

function setOption(koffi: typeof Koffi, fd: number, option: SocketOption): void {
  const setsockopt = koffi
    .load('libc.so.6')
    .func('int setsockopt(int fd, int level, int name, void *value, int length)');
  const { level, name, value, length } = option;
  if (setsockopt(fd, level, name, value, length) === 0) return;
  throw new Error(
    `Expected setsockopt(${level}, ${name}) to succeed, got errno ${koffi.errno()}. A socket filter takes root or a user namespace (unshare --user --map-root-user --net).`,
  );
}

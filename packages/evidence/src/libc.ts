import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type * as koffiModule from 'koffi';

/** The system calls that Node has no API for. Each gives -1 on failure; then `errno()` says why. */
export interface Libc {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  /** SO_RCVTIMEO: after this long without an answer `recv` fails with EAGAIN. */
  readonly setReceiveTimeout: (fd: number, seconds: number) => number;
  /** How many bytes of messages may wait; beyond net.core.rmem_max only with CAP_NET_ADMIN. */
  readonly setReceiveBuffer: (fd: number, bytes: number) => number;
  readonly bind: (fd: number, address: Uint8Array) => number;
  readonly send: (fd: number, bytes: Uint8Array) => number;
  /** Fills `buffer` and gives the number of bytes; with MSG_TRUNC that of the whole datagram. */
  readonly recv: (fd: number, buffer: Uint8Array, flags: number) => number;
  /**
   * recvmmsg(2) on another thread: fills what the `count` message headers point to, which must stay
   * alive, and resolves to the number of datagrams, or below 0. Its errno is not known here.
   */
  readonly recvMany: (fd: number, headers: Uint8Array, count: number) => Promise<number>;
  /** readlinkat(2): fills `link` with where `name` in the open folder leads; gives its length. */
  readonly readLinkAt: (folder: number, name: string, link: Uint8Array) => number;
  readonly addressOf: (memory: ArrayBufferView) => bigint;
  readonly setns: (fd: number, kind: number) => number;
  readonly close: (fd: number) => number;
  readonly errno: () => number;
}

/** The system calls, or the reason why they cannot be made from here. */
export type LibcOrReason = { readonly libc: Libc } | { readonly libc: null; readonly why: string };

/**
 * Loads koffi, an optional dependency, the first time it is called: 6 to 10 ms, so not at start-up.
 * FAREWELL_NO_KOFFI=1 does without it.
 */
export function loadLibc(): LibcOrReason {
  if (process.env['FAREWELL_NO_KOFFI'] === '1') return without('FAREWELL_NO_KOFFI=1 is set');
  loaded ??= load();
  return loaded;
}

/** `EPERM` for 1, and so on. */
export function errnoName(errno: number): string {
  return errno > 0 ? getSystemErrorName(-errno) : `errno ${errno}`;
}

type Koffi = typeof koffiModule;

const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
/** Wait for the first datagram only, then take what is there. */
const MSG_WAITFORONE = 0x10000;

let loaded: LibcOrReason | undefined;

function load(): LibcOrReason {
  if (endianness() !== 'LE') return without('sock_diag is decoded on little-endian machines only');
  try {
    return { libc: bind(createRequire(import.meta.url)('koffi') as Koffi) };
  } catch (error) {
    return without(`koffi cannot be loaded (${firstLine(error)})`);
  }
}

function bind(koffi: Koffi): Libc {
  // The process itself, which has libc loaded: its file name differs between glibc and musl.
  const self = koffi.load(null);
  const setsockopt = self.func('int setsockopt(int, int, int, const void *, uint32_t)');
  const bindTo = self.func('int bind(int, const void *, uint32_t)');
  const send = self.func('long send(int, const void *, size_t, int)');
  const recv = self.func('long recv(int, _Out_ void *, size_t, int)');
  const readlinkat = self.func('long readlinkat(int, const char *, _Out_ void *, size_t)');
  const recvmmsg = self.func('int recvmmsg(int, void *, uint32_t, int, void *)');
  return {
    socket: self.func('int socket(int, int, int)'),
    setReceiveTimeout: (fd, seconds) => {
      const timeval = new BigInt64Array([BigInt(seconds), 0n]);
      return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.byteLength);
    },
    setReceiveBuffer: (fd, bytes) => {
      const value = new Int32Array([bytes]);
      const forced = setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, value, value.byteLength);
      return forced < 0 ? setsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, value.byteLength) : forced;
    },
    bind: (fd, address) => bindTo(fd, address, address.length),
    send: (fd, bytes) => send(fd, bytes, bytes.length, 0),
    recv: (fd, buffer, flags) => recv(fd, buffer, buffer.length, flags),
    recvMany: (fd, headers, count) =>
      new Promise((resolve, reject) => {
        recvmmsg.async(fd, headers, count, MSG_WAITFORONE, null, (error: unknown, got: number) =>
          error ? reject(error) : resolve(got),
        );
      }),
    readLinkAt: (folder, name, link) => readlinkat(folder, name, link, link.length),
    addressOf: (memory) => koffi.address(memory),
    setns: self.func('int setns(int, int)'),
    close: self.func('int close(int)'),
    errno: () => koffi.errno(),
  };
}

function without(why: string): LibcOrReason {
  return { libc: null, why };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}

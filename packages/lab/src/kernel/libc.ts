import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import type koffiModule from 'koffi';

/** The system calls that Node has no API for. Each gives -1 on failure; then `lastErrno()` says why. */
export interface Libc {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly setSocketOption: (
    fd: number,
    option: readonly [level: number, name: number],
    value: Uint8Array,
  ) => number;
  readonly ioctl: (fd: number, request: number, argument: Uint8Array) => number;
  /** Does not wait: -1 (EAGAIN) if there is nothing. */
  readonly receive: (fd: number, bytes: Uint8Array) => number;
  readonly close: (fd: number) => number;
  /** Of the last call that failed: `EPERM` and so on. */
  readonly lastErrno: () => string;
}

const messageDontWait = 0x40;

type Koffi = typeof koffiModule;

let loaded: Libc | undefined;

/**
 * Loads koffi and binds them the first time it is called. Throws where koffi has no binary for this machine,
 * or with FAREWELL_NO_KOFFI=1.
 */
export function libc(): Libc {
  if (process.env['FAREWELL_NO_KOFFI'] === '1') throw new Error('FAREWELL_NO_KOFFI=1 is set');
  loaded ??= bind(createRequire(import.meta.url)('koffi') as Koffi);
  return loaded;
}

function bind(koffi: Koffi): Libc {
  // The process itself, which has libc loaded: its file name differs between glibc and musl.
  const self = koffi.load(null);
  const setsockopt = self.func('int setsockopt(int, int, int, const void *, uint32_t)');
  const recv = self.func('long recv(int, _Out_ void *, size_t, int)');
  return {
    socket: self.func('int socket(int, int, int)'),
    setSocketOption: (fd, [level, name], value) => setsockopt(fd, level, name, value, value.length),
    ioctl: self.func('int ioctl(int, unsigned long, _Inout_ void *)'),
    receive: (fd, bytes) => recv(fd, bytes, bytes.length, messageDontWait),
    close: self.func('int close(int)'),
    lastErrno: () => getSystemErrorName(-koffi.errno()),
  };
}

import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import type * as koffiModule from 'koffi';

/** As C declares it: numbers, and buffers for pointers. Gives -1 on failure. */
type SystemCall = (...args: readonly (number | Uint8Array | Int32Array)[]) => number;

/** The system calls that Node has no API for. */
export interface SystemCalls {
  readonly getsockopt: SystemCall;
  readonly setsockopt: SystemCall;
  readonly getsockname: SystemCall;
  readonly getpeername: SystemCall;
  readonly shutdown: SystemCall;
  readonly socket: SystemCall;
  readonly send: SystemCall;
  readonly recv: SystemCall;
}

let loaded: SystemCalls | null | undefined;

/**
 * Through koffi, an optional dependency, loaded when first asked for (6 to 10 ms). null: it is not
 * installed, this is not a little-endian Linux, or FAREWELL_NO_KOFFI=1 is set.
 */
export function systemCalls(): SystemCalls | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

function load(): SystemCalls | null {
  if (process.env['FAREWELL_NO_KOFFI'] === '1') return null;
  if (process.platform !== 'linux' || endianness() !== 'LE') return null;
  try {
    return bind(createRequire(import.meta.url)('koffi') as typeof koffiModule);
  } catch {
    return null;
  }
}

function bind(koffi: typeof koffiModule): SystemCalls {
  // The process itself, which has libc loaded: its file name differs between glibc and musl.
  const self = koffi.load(null);
  return {
    getsockopt: self.func('int getsockopt(int, int, int, void *, void *)'),
    setsockopt: self.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockname: self.func('int getsockname(int, void *, void *)'),
    getpeername: self.func('int getpeername(int, void *, void *)'),
    shutdown: self.func('int shutdown(int, int)'),
    socket: self.func('int socket(int, int, int)'),
    send: self.func('long send(int, const void *, size_t, int)'),
    recv: self.func('long recv(int, void *, size_t, int)'),
  };
}

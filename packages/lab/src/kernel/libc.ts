import koffi from 'koffi';

/** The system calls that Node has no API for. Each gives -1 on failure; then `errno()` says why. */
export interface Libc {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly setSocketOption: (fd: number, option: number, value: Uint8Array) => number;
  readonly ioctl: (fd: number, request: number, argument: Uint8Array) => number;
  /** Does not wait: -1 (EAGAIN) if there is nothing. */
  readonly receive: (fd: number, bytes: Uint8Array) => number;
  readonly close: (fd: number) => number;
}

const solSocket = 1;
const messageDontWait = 0x40;

let loaded: Libc | undefined;

/** Binds them the first time it is called. Throws where koffi has no binary for this machine. */
export function libc(): Libc {
  loaded ??= bind();
  return loaded;
}

/** `EPERM` and so on, for the last call that failed. */
export function lastErrno(): string {
  const errno = koffi.errno();
  const name = Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0];
  return name ?? `errno ${errno}`;
}

function bind(): Libc {
  // The process itself, which has libc loaded: its file name differs between glibc and musl.
  const self = koffi.load(null);
  const setsockopt = self.func('int setsockopt(int, int, int, const void *, uint32_t)');
  const recv = self.func('long recv(int, _Out_ void *, size_t, int)');
  return {
    socket: self.func('int socket(int, int, int)'),
    setSocketOption: (fd, option, value) => setsockopt(fd, solSocket, option, value, value.length),
    ioctl: self.func('int ioctl(int, unsigned long, _Inout_ void *)'),
    receive: (fd, bytes) => recv(fd, bytes, bytes.length, messageDontWait),
    close: self.func('int close(int)'),
  };
}

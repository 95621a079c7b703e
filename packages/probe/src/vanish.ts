import type { Socket } from 'node:net';

/**
 * Makes a socket's host look gone: a one-instruction socket filter (BPF_RET 0) drops whatever comes in,
 * ACKs included, while the kernel keeps the socket. Linux; as root or inside a user namespace.
 * Throws an Error that says which of these is missing.
 */
export async function vanish(socket: Socket): Promise<void> {
  const fd = descriptorOf(socket);
  const { default: koffi } = await import('koffi');
  const setsockopt = koffi
    .load('libc.so.6')
    .func('int setsockopt(int fd, int level, int name, void *value, int length)');
  // struct sock_filter { u16 code; u8 jt; u8 jf; u32 k }: BPF_RET | BPF_K, 0 bytes accepted
  const filter = koffi.struct({ code: 'uint16', jt: 'uint8', jf: 'uint8', k: 'uint32' });
  const program = koffi.struct({ length: 'uint16', filter: koffi.pointer(filter) });
  const value = koffi.alloc(program, 1);
  koffi.encode(value, program, { length: 1, filter: [{ code: 0x06, jt: 0, jf: 0, k: 0 }] });
  const SOL_SOCKET = 1;
  const SO_ATTACH_FILTER = 26;
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, value, koffi.sizeof(program)) === 0) return;
  throw new Error(
    `Expected to attach a socket filter, got errno ${koffi.errno()}. Run as root or inside a user namespace (unshare --user --map-root-user --net).`,
  );
}

function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null;
  if (typeof fd === 'number' && fd >= 0) return fd;
  throw new Error('Expected a connected TCP socket with a file descriptor, got none.');
}

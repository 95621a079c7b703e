import type { Socket } from 'node:net';
import { libc } from '../kernel/libc.ts';

const soAttachFilter = 26;
const returnNothing = 0x06; // BPF_RET | BPF_K with k = 0: keep no byte of the packet
const programBytes = 16;

/**
 * Makes the kernel drop every segment that comes in for this socket, so that its peer sees a host that has
 * vanished. Throws with EPERM outside a network namespace of one's own, unless root does it.
 */
export function mute(socket: Socket): void {
  const { setSocketOption, lastErrno } = libc();
  if (setSocketOption(descriptor(socket), soAttachFilter, dropAll()) < 0)
    throw new Error(`Expected to mute the socket with SO_ATTACH_FILTER, got ${lastErrno()}`);
}

/** `struct sock_fprog` (length u16, pointer), with its one `struct sock_filter` (u16, u8, u8, u32) behind it. */
function dropAll(): Uint8Array {
  const memory = Buffer.alloc(programBytes + 8);
  memory.writeUInt16LE(1, 0);
  memory.writeBigUInt64LE(libc().address(memory) + BigInt(programBytes), 8);
  memory.writeUInt16LE(returnNothing, programBytes);
  return memory.subarray(0, programBytes);
}

function descriptor(socket: Socket): number {
  // Node has no public way to the descriptor of a TCP socket; its handle has carried it since 0.x.
  const { _handle: handle } = socket as { _handle?: { fd?: number } | null };
  const fd = handle?.fd;
  if (fd === undefined || fd < 0)
    throw new Error('Expected an open socket, got one without a descriptor');
  return fd;
}

import type { Socket } from 'node:net';
import koffi from 'koffi';
import { lastErrno, libc } from '../kernel/libc.ts';

const soAttachFilter = 26;
const returnNothing = 0x06; // BPF_RET | BPF_K with k = 0: keep no byte of the packet

/**
 * Makes the kernel drop every segment that comes in for this socket, so that its peer sees a host that has
 * vanished. Throws with EPERM outside a network namespace of one's own, unless root does it.
 */
export function mute(socket: Socket): void {
  const instruction = Buffer.alloc(8); // struct sock_filter: code u16, jt u8, jf u8, k u32
  instruction.writeUInt16LE(returnNothing, 0);
  const program = Buffer.alloc(16); // struct sock_fprog: length u16, then a pointer to the instructions
  program.writeUInt16LE(1, 0);
  program.writeBigUInt64LE(koffi.address(instruction), 8);
  if (libc().setSocketOption(descriptor(socket), soAttachFilter, program) < 0)
    throw new Error(`Expected to mute the socket with SO_ATTACH_FILTER, got ${lastErrno()}`);
}

function descriptor(socket: Socket): number {
  // Node has no public way to the descriptor of a TCP socket; its handle has carried it since 0.x.
  const { _handle: handle } = socket as { _handle?: { fd?: number } | null };
  const fd = handle?.fd;
  if (fd === undefined || fd < 0)
    throw new Error('Expected an open socket, got one without a descriptor');
  return fd;
}

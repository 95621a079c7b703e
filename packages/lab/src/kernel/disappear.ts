import type { Socket } from 'node:net';
import { libc } from './libc.ts';

/** IPPROTO_TCP, TCP_REPAIR. */
const tcpRepair = [6, 19] as const;

/**
 * Takes the socket away without a segment to the peer, as a host that lost its power does. Throws with EPERM
 * outside a network namespace of one's own, unless root does it.
 */
export function disappear(socket: Socket): void {
  const { setSocketOption, lastErrno } = libc();
  const on = Buffer.alloc(4);
  on.writeUInt32LE(1);
  if (setSocketOption(descriptor(socket), tcpRepair, on) < 0)
    throw new Error(`Expected to set TCP_REPAIR, got ${lastErrno()}`);
  socket.destroy();
}

function descriptor(socket: Socket): number {
  // Node has no public way to the descriptor of a TCP socket; its handle has carried it since 0.x.
  const { _handle: handle } = socket as { _handle?: { fd?: number } | null };
  const fd = handle?.fd;
  if (fd === undefined || fd < 0)
    throw new Error('Expected an open socket, got one without a descriptor');
  return fd;
}

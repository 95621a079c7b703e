import type { Socket } from 'node:net';
import { libc } from './libc.ts';

/** SOL_SOCKET, SO_MAX_PACING_RATE: bytes per second. */
const maxPacingRate = [1, 47] as const;
/** IPPROTO_TCP, TCP_REPAIR. */
const tcpRepair = [6, 19] as const;

/**
 * Spaces out what the socket sends: behind a segment of n bytes the next one waits n / `bytesPerSecond` s.
 * The kernel lets the first ten segments with data of a connection pass. Needs no privilege.
 */
export function pace(socket: Socket, bytesPerSecond: number): void {
  setOption(socket, maxPacingRate, bytesPerSecond);
}

/**
 * Takes the socket away without a segment to the peer, as a host that lost its power does. Throws with EPERM
 * outside a network namespace of one's own, unless root does it.
 */
export function disappear(socket: Socket): void {
  setOption(socket, tcpRepair, 1);
  socket.destroy();
}

function setOption(socket: Socket, option: readonly [number, number], value: number): void {
  const { setSocketOption, lastErrno } = libc();
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  if (setSocketOption(descriptor(socket), option, bytes) < 0)
    throw new Error(`Expected to set socket option ${option.join(' ')}, got ${lastErrno()}`);
}

function descriptor(socket: Socket): number {
  // Node has no public way to the descriptor of a TCP socket; its handle has carried it since 0.x.
  const { _handle: handle } = socket as { _handle?: { fd?: number } | null };
  const fd = handle?.fd;
  if (fd === undefined || fd < 0)
    throw new Error('Expected an open socket, got one without a descriptor');
  return fd;
}

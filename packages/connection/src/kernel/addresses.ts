import type { Socket } from 'node:net';
import { descriptorOf } from './descriptor.ts';
import { type SystemCalls, systemCalls } from './system-calls.ts';

/** The addresses of a socket as the kernel gives them. Node makes three texts of each, for three times the CPU. */

export const AF_INET = 2;
export const AF_INET6 = 10;

/** `struct sockaddr_in` or `sockaddr_in6`. The same bytes each time: to be read before the next one is asked for. */
const address = new Uint8Array(28);
const addressView = new DataView(address.buffer);
const addressSize = new Int32Array(1);

const peerKey: unique symbol = Symbol('farewell.peer');

type Asked = Socket & { [peerKey]?: number };

/** The address of our end; null: it cannot be asked. */
export function ownAddress(socket: Socket): Uint8Array | null {
  return ask(systemCalls()?.getsockname, socket);
}

/** The address of the peer; null: it cannot be asked (any more). */
export function peerAddress(socket: Socket): Uint8Array | null {
  return ask(systemCalls()?.getpeername, socket);
}

/** An IPv4 peer that `peerText` was asked for: its address, and its port in the last 16 of 48 bits. */
export function knownPeer(socket: Socket): number | undefined {
  return (socket as Asked)[peerKey];
}

/**
 * The peer's address as text, and as a number for whoever asks again. An IPv4 peer of a dual-stack listener has no
 * `::ffff:`. Empty: the socket is gone.
 */
export function peerText(socket: Socket): string {
  const known = knownPeer(socket) ?? ipv4PeerOf(socket);
  if (known === null) return socket.remoteAddress ?? '';
  (socket as Asked)[peerKey] = known;
  const bits = Math.trunc(known / 0x1_0000);
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

function ipv4PeerOf(socket: Socket): number | null {
  const at = peerAddress(socket) && ipv4At(address);
  return at === null ? null : addressView.getUint32(at) * 0x1_0000 + addressView.getUint16(2);
}

/** Where the four bytes of an IPv4 address are; null: it is none. */
function ipv4At(bytes: Uint8Array): number | null {
  if (bytes[0] === AF_INET) return 4;
  if (bytes[0] !== AF_INET6 || bytes[18] !== 0xff || bytes[19] !== 0xff) return null;
  return bytes.subarray(8, 18).every((byte) => byte === 0) ? 20 : null;
}

function ask(call: SystemCalls['getpeername'] | undefined, socket: Socket): Uint8Array | null {
  const fd = call ? descriptorOf(socket) : null;
  if (!call || fd === null) return null;
  addressSize[0] = address.length;
  return call(fd, address, addressSize) === 0 ? address : null;
}

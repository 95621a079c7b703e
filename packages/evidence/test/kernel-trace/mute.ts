import type { Socket } from 'node:net';
import koffi from 'koffi';

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SO_DETACH_FILTER = 27;
const setsockopt = koffi.load(null).func('int setsockopt(int, int, int, const void *, uint32_t)');
const fprog = koffi.struct({ len: 'uint16', filter: koffi.pointer('void') });

/** From now on the socket drops every packet that comes: to its peer the host has vanished. Root only. */
export function mute(socket: Socket): void {
  // One instruction: BPF_RET | BPF_K, 0 bytes of the packet.
  const instruction = Buffer.from([0x06, 0, 0, 0, 0, 0, 0, 0]);
  const program = Buffer.alloc(koffi.sizeof(fprog));
  koffi.encode(program, fprog, { len: 1, filter: instruction });
  option(socket, SO_ATTACH_FILTER, program);
}

/** It hears again, beginning with what its peer sends once more. */
export function unmute(socket: Socket): void {
  option(socket, SO_DETACH_FILTER, Buffer.alloc(4));
}

function option(socket: Socket, name: number, value: Buffer): void {
  if (setsockopt(fdOf(socket), SOL_SOCKET, name, value, value.length) === 0) return;
  throw new Error(`setsockopt ${name}: errno ${koffi.errno()}`);
}

/** Node shows the descriptor of a socket only on its internal handle. */
function fdOf(socket: Socket): number {
  const { _handle } = socket as unknown as { _handle?: { fd?: number } };
  if (typeof _handle?.fd === 'number') return _handle.fd;
  throw new Error('a socket without a descriptor');
}

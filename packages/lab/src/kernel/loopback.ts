import { libc } from './libc.ts';

const afInet = 2;
const sockDgram = 2;
const siocGetFlags = 0x8913;
const siocSetFlags = 0x8914;
const interfaceUp = 0x1;
const flagsOffset = 16; // struct ifreq: 16 bytes of name, then a union that begins with the flags

/** Raises `lo`, which is down in a new network namespace. Throws with the errno if it may not. */
export function raiseLoopback(): void {
  const { socket, ioctl, close, lastErrno } = libc();
  const fd = socket(afInet, sockDgram, 0);
  if (fd < 0) throw new Error(`Expected a socket to raise lo with, got ${lastErrno()}`);
  try {
    const request = Buffer.alloc(40);
    request.write('lo');
    if (ioctl(fd, siocGetFlags, request) < 0) throw new Error(`cannot read lo: ${lastErrno()}`);
    request.writeUInt16LE(request.readUInt16LE(flagsOffset) | interfaceUp, flagsOffset);
    if (ioctl(fd, siocSetFlags, request) < 0) throw new Error(`cannot raise lo: ${lastErrno()}`);
  } finally {
    close(fd);
  }
}

import { readFileSync, writeFileSync } from 'node:fs';

/** A recorded dump: each datagram behind its length, a little-endian word of 32 bits. */
export function loadDatagrams(url: URL): Uint8Array[] {
  const bytes = readFileSync(url);
  const datagrams: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    datagrams.push(new Uint8Array(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return datagrams;
}

export function saveDatagrams(url: URL, datagrams: readonly Uint8Array[]): void {
  const parts = datagrams.flatMap((datagram) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(datagram.length);
    return [length, datagram];
  });
  writeFileSync(url, Buffer.concat(parts));
}

/** The recorded dump of Linux 6.18: see fixtures/sock-diag/record.ts. */
export const LINUX_6_18 = new URL('../fixtures/sock-diag/linux-6.18.bin', import.meta.url);

/** What fixtures/sock-diag/record-in-vm.sh recorded: a dump, and the text of the same moment. */
export function recordedInVm(kernel: '5.10' | '6.1'): {
  readonly datagrams: readonly Uint8Array[];
  readonly procNetTcp: string;
  readonly procNetTcp6: string;
} {
  const url = (end: string) =>
    new URL(`../fixtures/sock-diag/linux-${kernel}${end}`, import.meta.url);
  return {
    datagrams: loadDatagrams(url('.bin')),
    procNetTcp: readFileSync(url('-proc-net-tcp.txt'), 'utf8'),
    procNetTcp6: readFileSync(url('-proc-net-tcp6.txt'), 'utf8'),
  };
}

/** A netlink message: header and payload, padded to four bytes. */
export function message(type: number, payload: Uint8Array, flags = 0): Uint8Array {
  const length = 16 + payload.length;
  const bytes = Buffer.alloc((length + 3) & ~3);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.set(payload, 16);
  return bytes;
}

/** An attribute of a socket's message: length, type, value, padded to four bytes. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const length = 4 + value.length;
  const bytes = Buffer.alloc((length + 3) & ~3);
  bytes.writeUInt16LE(length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, 4);
  return bytes;
}

/** NLMSG_DONE with its errno of 0. */
export const DONE = message(3, new Uint8Array(4));

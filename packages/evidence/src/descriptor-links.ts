import { closeSync, constants, openSync, readdirSync, readlinkSync } from 'node:fs';
import { type Libc, loadLibc } from './libc.ts';

/** The open descriptors of one process, and the sockets among them. */
export interface DescriptorLinks extends Disposable {
  /** All its descriptors, as /proc/PID/fd names them. */
  readonly descriptors: readonly string[];
  /** The inode of the socket that a descriptor refers to. Null: another file, or closed meanwhile. */
  readonly socketInode: (descriptor: string) => number | null;
}

/** Opens /proc/PID/fd. Throws as `node:fs` does where the process has ended or is another user's. */
export function openDescriptorLinks(pid: number): DescriptorLinks {
  const folder = `/proc/${pid}/fd`;
  const descriptors = readdirSync(folder);
  const { libc } = loadLibc();
  // Few links are not worth a descriptor of our own.
  return libc === null || descriptors.length < FEW
    ? { descriptors, socketInode: (name) => readLink(`${folder}/${name}`), [Symbol.dispose]() {} }
    : { descriptors, ...linksIn(folder, libc) };
}

const FEW = 16;
const LINK_BYTES = 64;
const [COLON, ZERO, NINE] = [':', '0', '9'].map((character) => character.charCodeAt(0)) as [
  number,
  number,
  number,
];
const SOCKET = 's'.charCodeAt(0);
/** Where the inode's digits begin in `socket:[4711]`. */
const DIGITS_AT = 'socket:['.length;

/** readlinkat(2) does not walk from the root for each link: 30 % less for 10,000 sockets. */
function linksIn(folder: string, libc: Libc): Omit<DescriptorLinks, 'descriptors'> {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const link = new Uint8Array(LINK_BYTES);
  return {
    socketInode: (name) => parseLink(link, libc.readLinkAt(fd, name, link)),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

/** `socket:[4711]`: 4711. */
function parseLink(link: Uint8Array, length: number): number | null {
  if (length <= DIGITS_AT || link[0] !== SOCKET || link[DIGITS_AT - 2] !== COLON) return null;
  let inode = 0;
  for (let at = DIGITS_AT; at < length - 1; at += 1) {
    const digit = link[at] ?? 0;
    if (digit < ZERO || digit > NINE) return null;
    inode = inode * 10 + digit - ZERO;
  }
  return inode;
}

function readLink(path: string): number | null {
  try {
    const target = readlinkSync(path);
    return target.startsWith('socket:[') ? Number(target.slice(DIGITS_AT, -1)) : null;
  } catch {
    return null;
  }
}

import type { Problem, SocketRow } from '@farewell/core';
import {
  type Datagram,
  DumpedSocket,
  HEADER_BYTES,
  isKnown,
  SOCKET_BYTES,
} from './dumped-socket.ts';
import { AddressTexts } from './ip-address.ts';
import { ProblemCounter } from './tables-as-text/problem-counter.ts';

/**
 * The answer to a sock_diag dump, from bytes to rows. It comes as datagrams of netlink messages, each a
 * `struct nlmsghdr` of 16 bytes and a payload; a socket's payload is a `struct inet_diag_msg` of 72 bytes
 * (include/uapi/linux/inet_diag.h) and then attributes. Ports and addresses are in network order, all
 * else is little-endian. This is the hot path of `farewell why`: 100,000 sockets are 270 datagrams.
 */

/** How a dump stands after a datagram. `failed`: the kernel refused, with its errno. */
export type DumpProgress =
  | { readonly kind: 'more' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly errno: number };

export interface ParsedSockDiag {
  readonly rows: readonly SocketRow[];
  readonly problems: readonly Problem[];
}

/** Parses all datagrams of a dump at once. Never throws; a dump without its end is a problem. */
export function parseSockDiag(datagrams: Iterable<Uint8Array>): ParsedSockDiag {
  const parser = new SockDiagParser();
  for (const datagram of datagrams) {
    const progress = parser.take(datagram);
    if (progress.kind === 'more') continue;
    if (progress.kind === 'failed') parser.problems.add(DUMP_FAILED, `errno ${progress.errno}`);
    return { rows: parser.rows, problems: parser.problems.problems() };
  }
  parser.problems.add(DUMP_CUT, `after ${parser.rows.length} sockets`);
  return { rows: parser.rows, problems: parser.problems.problems() };
}

/** The same, a datagram at a time, so that one buffer can receive them all. */
export class SockDiagParser {
  readonly rows: SocketRow[] = [];
  readonly problems = new ProblemCounter();
  /** True if the kernel said that the table changed in a way that may have hidden or repeated rows. */
  interrupted = false;
  readonly #addresses = new AddressTexts();

  /** Takes the first `length` bytes, of which it makes a copy: they can be written over afterwards. */
  push(bytes: Uint8Array, length: number): DumpProgress {
    return this.take(bytes.slice(0, length));
  }

  /** Takes a datagram without a copy: rows are read from it when somebody asks, so it has to stay as it is. */
  take(datagram: Uint8Array): DumpProgress {
    const end = datagram.length;
    const view = new DataView(datagram.buffer, datagram.byteOffset, end);
    const from = { view, addresses: this.#addresses };
    let at = 0;
    while (at + HEADER_BYTES <= end) {
      const messageBytes = view.getUint32(at, true);
      if (messageBytes < HEADER_BYTES || at + messageBytes > end) break;
      const type = view.getUint16(at + 4, true);
      if ((view.getUint16(at + 6, true) & NLM_F_DUMP_INTR) !== 0) this.interrupted = true;
      if (type === NLMSG_DONE || type === NLMSG_ERROR) return conclusion(view, at, messageBytes);
      if (type === SOCK_DIAG_BY_FAMILY || type === TCPDIAG_GETSOCK) {
        this.#pushSocket(from, at, messageBytes);
      } else if (type !== NLMSG_NOOP)
        this.problems.add('unexpected netlink message', `type ${type}`);
      at += (messageBytes + 3) & ~3;
    }
    if (at < end) this.problems.add('netlink message cut', `${end - at} bytes left over`);
    return MORE;
  }

  #pushSocket(datagram: Datagram, messageAt: number, messageBytes: number): void {
    if (messageBytes < HEADER_BYTES + SOCKET_BYTES) {
      this.problems.add('socket message too short', `${messageBytes} bytes`);
      return;
    }
    const at = messageAt + HEADER_BYTES;
    if (isKnown(datagram.view, at)) {
      this.rows.push(new DumpedSocket(datagram, at));
      return;
    }
    const [family, state] = [datagram.view.getUint8(at), datagram.view.getUint8(at + 1)];
    this.problems.add('socket of unknown family or state', `family ${family}, state ${state}`);
  }
}

/** What `problems` says of a dump that the kernel refused or that has no end. */
const DUMP_FAILED = 'dump refused by the kernel';
const DUMP_CUT = 'dump without its end';

const NLMSG_NOOP = 1;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** Answers bear the type of the question; there is an older and a newer one. */
const TCPDIAG_GETSOCK = 18;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_DUMP_INTR = 0x10;
const MORE = { kind: 'more' } as const;

/** The end of a dump. Its payload is an errno, negative; DONE without payload is success. */
function conclusion(view: DataView, at: number, messageBytes: number): DumpProgress {
  const errno = messageBytes >= HEADER_BYTES + 4 ? view.getInt32(at + HEADER_BYTES, true) : 0;
  return errno < 0 ? { kind: 'failed', errno: -errno } : { kind: 'done' };
}

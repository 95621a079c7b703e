import type {
  Problem,
  SocketRow,
  SocketState,
  TcpInfo,
  TcpTimer,
  TcpTimerKind,
} from '@farewell/core';
import { AddressTexts } from './ip-address.ts';
import { parseTcpInfo } from './parse-tcp-info.ts';
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
    const progress = parser.push(datagram, datagram.length);
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

  /** Takes the first `length` bytes; nothing refers to them afterwards. */
  push(bytes: Uint8Array, length: number): DumpProgress {
    const end = Math.min(length, bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, end);
    let at = 0;
    while (at + HEADER_BYTES <= end) {
      const messageBytes = view.getUint32(at, true);
      if (messageBytes < HEADER_BYTES || at + messageBytes > end) break;
      const type = view.getUint16(at + 4, true);
      if ((view.getUint16(at + 6, true) & NLM_F_DUMP_INTR) !== 0) this.interrupted = true;
      if (type === NLMSG_DONE || type === NLMSG_ERROR) return conclusion(view, at, messageBytes);
      if (type === SOCK_DIAG_BY_FAMILY || type === TCPDIAG_GETSOCK) {
        this.#pushSocket(view, at, messageBytes);
      } else if (type !== NLMSG_NOOP)
        this.problems.add('unexpected netlink message', `type ${type}`);
      at += (messageBytes + 3) & ~3;
    }
    if (at < end) this.problems.add('netlink message cut', `${end - at} bytes left over`);
    return MORE;
  }

  #pushSocket(view: DataView, messageAt: number, messageBytes: number): void {
    if (messageBytes < HEADER_BYTES + SOCKET_BYTES) {
      this.problems.add('socket message too short', `${messageBytes} bytes`);
      return;
    }
    const at = messageAt + HEADER_BYTES;
    const family = FAMILIES[view.getUint8(at)];
    const tcpState = TCP_STATES[view.getUint8(at + 1)];
    if (family === undefined || tcpState === undefined) {
      const example = `family ${view.getUint8(at)}, state ${view.getUint8(at + 1)}`;
      this.problems.add('socket of unknown family or state', example);
      return;
    }
    const addresses = this.#addresses;
    this.rows.push({
      family,
      tcpState,
      localAddress: family === 4 ? addresses.ipv4(view, at + 8) : addresses.ipv6(view, at + 8),
      localPort: view.getUint16(at + 4),
      remoteAddress: family === 4 ? addresses.ipv4(view, at + 24) : addresses.ipv6(view, at + 24),
      remotePort: view.getUint16(at + 6),
      receiveQueue: view.getUint32(at + 56, true),
      sendQueue: view.getUint32(at + 60, true),
      timer: readTimer(view, at),
      inode: view.getUint32(at + 68, true),
      uid: view.getUint32(at + 64, true),
      cookie: readCookie(view, at + 44),
      tcpInfo: tcpState === 'LISTEN' ? null : findTcpInfo(view, at, messageAt + messageBytes),
    });
  }
}

/** What `problems` says of a dump that the kernel refused or that has no end. */
const DUMP_FAILED = 'dump refused by the kernel';
const DUMP_CUT = 'dump without its end';

const HEADER_BYTES = 16;
const SOCKET_BYTES = 72;
const NLMSG_NOOP = 1;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** Answers bear the type of the question; there is an older and a newer one. */
const TCPDIAG_GETSOCK = 18;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_DUMP_INTR = 0x10;
const INET_DIAG_INFO = 2;
const MORE = { kind: 'more' } as const;
const NO_TIMER: TcpTimer = { kind: 'none', expiresIn: 0, tries: 0 };

/** AF_INET and AF_INET6. */
const FAMILIES: Readonly<Record<number, 4 | 6>> = { 2: 4, 10: 6 };

/** Index: the number in include/net/tcp_states.h. 12 is a SYN that no socket was made for yet. */
const TCP_STATES: readonly (SocketState | undefined)[] = [
  undefined,
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECEIVED',
];

/** Index: `idiag_timer`, set in net/ipv4/inet_diag.c. */
const TIMER_KINDS: readonly (TcpTimerKind | undefined)[] = [
  'none',
  'retransmit',
  'keepalive',
  'time-wait',
  'probe',
];

/** The end of a dump. Its payload is an errno, negative; DONE without payload is success. */
function conclusion(view: DataView, at: number, messageBytes: number): DumpProgress {
  const errno = messageBytes >= HEADER_BYTES + 4 ? view.getInt32(at + HEADER_BYTES, true) : 0;
  return errno < 0 ? { kind: 'failed', errno: -errno } : { kind: 'done' };
}

function readTimer(view: DataView, at: number): TcpTimer | null {
  const kind = TIMER_KINDS[view.getUint8(at + 2)];
  if (kind === undefined) return null;
  if (kind === 'none') return NO_TIMER;
  // Older kernels let a timer that is overdue go below zero.
  const expiresIn = Math.max(0, view.getInt32(at + 52, true));
  return { kind, expiresIn, tries: view.getUint8(at + 3) };
}

/** A 64-bit number in hexadecimal, as `ss -e` prints it behind `sk:`. All ones: the kernel has none. */
function readCookie(view: DataView, at: number): string | null {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  if (high === 0) return low.toString(16);
  if (high === 0xffff_ffff && low === 0xffff_ffff) return null;
  return high.toString(16) + low.toString(16).padStart(8, '0');
}

/** Attributes are a length of two bytes, header included, a type of two bytes, and the value. */
function findTcpInfo(view: DataView, socketAt: number, end: number): TcpInfo | null {
  let at = socketAt + SOCKET_BYTES;
  while (at + 4 <= end) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > end) return null;
    if (view.getUint16(at + 2, true) === INET_DIAG_INFO)
      return parseTcpInfo(view, at + 4, at + length);
    at += (length + 3) & ~3;
  }
  return null;
}

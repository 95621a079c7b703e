import { EvidenceError } from './evidence-error.ts';
import { errnoName, type Libc } from './libc.ts';
import { type DumpProgress, type ParsedSockDiag, SockDiagParser } from './parse-sock-diag.ts';

export interface SockDiagOptions {
  /** Also ask for `struct tcp_info` of each socket. */
  readonly tcpInfo: boolean;
}

/**
 * Asks the kernel for all TCP sockets, IPv4 and IPv6, of the network namespace that the calling thread is
 * in. Needs no privilege. Throws EvidenceError `UNREADABLE` where the kernel or a sandbox refuses it.
 */
export function readSockDiag(libc: Libc, options: SockDiagOptions): ParsedSockDiag {
  const socket = openSockDiag(libc);
  try {
    const ipv4 = dumpFamily(socket, AF_INET, options);
    const ipv6 = dumpFamily(socket, AF_INET6, options);
    return {
      rows: ipv4.rows.concat(ipv6.rows),
      problems: [...ipv4.problems.problems(), ...ipv6.problems.problems()],
    };
  } finally {
    libc.close(socket.fd);
  }
}

interface SockDiagSocket {
  readonly libc: Libc;
  readonly fd: number;
  /** Receives every datagram. The kernel fills at most 32 KiB of it at a time. */
  readonly buffer: Uint8Array;
}

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const MSG_TRUNC = 0x20;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_DUMP = 0x1 | 0x300;
const IPPROTO_TCP = 6;
/** idiag_ext is a mask of attribute types, from 1: INET_DIAG_INFO is 2. */
const EXT_TCP_INFO = 1 << 1;
/** Bits 1 to 12: every state of include/net/tcp_states.h, the SYNs that wait in a listener included. */
const ALL_STATES = 0x1ffe;
const REQUEST_BYTES = 72;
const BUFFER_BYTES = 64 * 1024;
/** The kernel answers at once or never: this only keeps a broken sandbox from hanging us. */
const RECEIVE_TIMEOUT_SECONDS = 5;
const MAX_ATTEMPTS = 3;
const MAX_SIGNALS = 100;

function openSockDiag(libc: Libc): SockDiagSocket {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) throw refused('no netlink socket', libc.errno());
  libc.setReceiveTimeout(fd, RECEIVE_TIMEOUT_SECONDS);
  return { libc, fd, buffer: new Uint8Array(BUFFER_BYTES) };
}

/** A dump that the kernel marks as interrupted is taken again, and at last kept with a problem. */
function dumpFamily(
  socket: SockDiagSocket,
  family: number,
  options: SockDiagOptions,
): SockDiagParser {
  for (let attempt = 1; ; attempt += 1) {
    const parser = dump(socket, family, options);
    if (!parser.interrupted) return parser;
    if (attempt < MAX_ATTEMPTS) continue;
    parser.problems.add('table changed while it was read', `${attempt} readings were interrupted`);
    return parser;
  }
}

function dump(socket: SockDiagSocket, family: number, options: SockDiagOptions): SockDiagParser {
  if (socket.libc.send(socket.fd, dumpRequest(family, options)) < 0) {
    throw refused('the request was not taken', socket.libc.errno());
  }
  const parser = new SockDiagParser();
  let progress: DumpProgress;
  do {
    progress = receive(socket, parser);
  } while (progress.kind === 'more');
  if (progress.kind === 'failed') throw refused('the dump was refused', progress.errno);
  return parser;
}

/** `struct nlmsghdr` and `struct inet_diag_req_v2`. */
function dumpRequest(family: number, options: SockDiagOptions): Uint8Array {
  const request = new DataView(new ArrayBuffer(REQUEST_BYTES));
  request.setUint32(0, REQUEST_BYTES, true);
  request.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
  request.setUint16(6, NLM_F_REQUEST_DUMP, true);
  request.setUint8(16, family);
  request.setUint8(17, IPPROTO_TCP);
  request.setUint8(18, options.tcpInfo ? EXT_TCP_INFO : 0);
  request.setUint32(20, ALL_STATES, true);
  return new Uint8Array(request.buffer);
}

function receive(socket: SockDiagSocket, parser: SockDiagParser): DumpProgress {
  const length = receiveOnce(socket);
  if (length > BUFFER_BYTES) {
    parser.problems.add('netlink datagram longer than the buffer', `${length} bytes`);
  }
  return parser.push(socket.buffer, length);
}

/** With MSG_TRUNC the kernel gives the datagram's real length, also if the buffer is shorter. */
function receiveOnce({ libc, fd, buffer }: SockDiagSocket): number {
  for (let signals = 0; signals < MAX_SIGNALS; signals += 1) {
    const length = libc.recv(fd, buffer, MSG_TRUNC);
    if (length > 0) return length;
    const errno = length < 0 ? libc.errno() : 0;
    if (errnoName(errno) !== 'EINTR') throw refused('no answer', errno);
  }
  throw new EvidenceError(
    'UNREADABLE',
    'sock_diag: interrupted by signals again and again; try again',
  );
}

function refused(what: string, errno: number): EvidenceError {
  return new EvidenceError('UNREADABLE', `sock_diag: ${what} (${errnoName(errno)})`);
}

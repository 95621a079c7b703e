import { DatagramSlots } from './datagram-slots.ts';
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
    const { rows, problems } = dumpUninterrupted(socket, dumpRequest(options));
    return { rows, problems: problems.problems() };
  } finally {
    libc.close(socket.fd);
  }
}

/**
 * The same, received by another thread: the question is asked at once, in the namespace that the calling
 * thread is in, and the caller can go on meanwhile. Resolves to null where it did not work or the table
 * changed while it was read: `readSockDiag` then tries again, or says why not.
 */
export async function receiveSockDiag(
  libc: Libc,
  options: SockDiagOptions,
): Promise<ParsedSockDiag | null> {
  const { fd } = openSockDiag(libc);
  try {
    if (libc.send(fd, dumpRequest(options)) < 0) return null;
    const parser = await receiveDump(libc, fd);
    if (parser === null || parser.interrupted) return null;
    return { rows: parser.rows, problems: parser.problems.problems() };
  } finally {
    libc.close(fd);
  }
}

async function receiveDump(libc: Libc, fd: number): Promise<SockDiagParser | null> {
  const parser = new SockDiagParser();
  for (;;) {
    const datagrams = await new DatagramSlots(libc).receive(fd);
    if (datagrams === null) return null;
    for (const datagram of datagrams) {
      const { kind } = parser.take(datagram);
      if (kind !== 'more') return kind === 'done' ? parser : null;
    }
  }
}

interface SockDiagSocket {
  readonly libc: Libc;
  readonly fd: number;
  /** Receives every datagram. The kernel fills at most 32 KiB of it at a time. */
  readonly buffer: Uint8Array;
}

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const MSG_TRUNC = 0x20;
/**
 * The older of two questions, known to all kernels from 2.6.14: it walks the kernel's hash table once for
 * both families. SOCK_DIAG_BY_FAMILY takes a walk for each, which is 9 ms more for 100,000 sockets.
 */
const TCPDIAG_GETSOCK = 18;
const NLM_F_REQUEST_DUMP = 0x1 | 0x300;
/** idiag_ext is a mask of attribute types, from 1: INET_DIAG_INFO is 2. */
const EXT_TCP_INFO = 1 << 1;
/** Bits 1 to 12: every state of include/net/tcp_states.h, the SYNs that wait in a listener included. */
const ALL_STATES = 0x1ffe;
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
function dumpUninterrupted(socket: SockDiagSocket, request: Uint8Array): SockDiagParser {
  for (let attempt = 1; ; attempt += 1) {
    const parser = dump(socket, request);
    if (!parser.interrupted) return parser;
    if (attempt < MAX_ATTEMPTS) continue;
    parser.problems.add('table changed while it was read', `${attempt} readings were interrupted`);
    return parser;
  }
}

function dump(socket: SockDiagSocket, request: Uint8Array): SockDiagParser {
  if (socket.libc.send(socket.fd, request) < 0) {
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

/**
 * `struct nlmsghdr` and `struct inet_diag_req`: family, two lengths, `idiag_ext`, a socket's identity of
 * 48 bytes that a dump leaves empty, `idiag_states`, and one more word.
 */
function dumpRequest(options: SockDiagOptions): Uint8Array {
  const request = new DataView(new ArrayBuffer(16 + 60));
  request.setUint32(0, request.byteLength, true);
  request.setUint16(4, TCPDIAG_GETSOCK, true);
  request.setUint16(6, NLM_F_REQUEST_DUMP, true);
  request.setUint8(19, options.tcpInfo ? EXT_TCP_INFO : 0);
  request.setUint32(68, ALL_STATES, true);
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

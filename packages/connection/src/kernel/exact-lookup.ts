import type { Socket } from 'node:net';
import type { TcpState } from '@farewell/core';
import { AF_INET, AF_INET6, knownPeer, ownAddress, peerAddress } from './addresses.ts';
import { connectionState } from './own-socket.ts';
import { systemCalls } from './system-calls.ts';

/**
 * One question to sock_diag about one connection: what did our end leave behind in the kernel? Needs no
 * privilege. The question is put together while the socket is open, and asked after it is closed.
 */

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC_NONBLOCK = 3 | 0o2000000 | 0o4000;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const IPPROTO_TCP = 6;
const HEADER_BYTES = 16;
const REQUEST_BYTES = HEADER_BYTES + 56;
const ENOENT = 2;

/** A question for one connection: netlink header and `struct inet_diag_req_v2`. */
export type Lookup = Uint8Array;

const answer = new Uint8Array(1024);
const answerView = new DataView(answer.buffer);
let netlink: number | undefined;

/** What all questions have in common. */
const unaddressed: Lookup = new Uint8Array(REQUEST_BYTES);
const unaddressedView = new DataView(unaddressed.buffer);
unaddressedView.setUint32(0, REQUEST_BYTES, true);
unaddressedView.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
unaddressedView.setUint16(6, NLM_F_REQUEST, true);
unaddressed[17] = IPPROTO_TCP;
unaddressedView.setUint32(20, 0xffff_ffff, true);
// No cookie: whatever the kernel holds for these addresses and ports.
unaddressed.fill(0xff, REQUEST_BYTES - 8);

/** The question for the connection of `socket`; null: it cannot be asked here. */
export function prepareLookup(socket: Socket): Lookup | null {
  const request = unaddressed.slice();
  const family = putAddress(request, ownAddress(socket), [24, 28]);
  if (family === null) return null;
  request[16] = family;
  const known = knownPeer(socket);
  if (known !== undefined) putKnownPeer(request, known, family);
  else if (putAddress(request, peerAddress(socket), [26, 44]) !== family) return null;
  return request;
}

/** The tcpState that is in the kernel's table now; `CLOSED`: no row; null: no answer. */
export function lookUp(request: Lookup): TcpState | null {
  const calls = systemCalls();
  if (!calls) return null;
  netlink ??= calls.socket(AF_NETLINK, SOCK_RAW_CLOEXEC_NONBLOCK, NETLINK_SOCK_DIAG);
  if (netlink < 0 || calls.send(netlink, request, request.length, 0) < 0) return null;
  const bytes = calls.recv(netlink, answer, answer.length, 0);
  return bytes < HEADER_BYTES + 4 ? null : readAnswer(request);
}

function readAnswer(request: Lookup): TcpState | null {
  const type = answerView.getUint16(4, true);
  if (type === NLMSG_ERROR)
    return answerView.getInt32(HEADER_BYTES, true) === -ENOENT ? 'CLOSED' : null;
  if (type !== SOCK_DIAG_BY_FAMILY) return null;
  // Without a row of its own, the kernel answers with the listener of the port.
  const isOurs = answer[22] === request[26] && answer[23] === request[27];
  return isOurs ? (connectionState(answer[17] ?? 0) ?? 'CLOSED') : 'CLOSED';
}

/** Copies an address into the question, byte by byte (a view costs more); gives the family. */
function putAddress(
  request: Uint8Array,
  address: Uint8Array | null,
  [portAt, addressAt]: readonly [number, number],
): number | null {
  const family = address?.[0];
  if (!address || (family !== AF_INET && family !== AF_INET6)) return null;
  const from = family === AF_INET ? 4 : 8;
  const bytes = family === AF_INET ? 4 : 16;
  for (let at = 0; at < 2; at++) request[portAt + at] = address[2 + at] ?? 0;
  for (let at = 0; at < bytes; at++) request[addressAt + at] = address[from + at] ?? 0;
  return family;
}

/** The peer that is known by its number: in the family of our own address, an IPv4 one of IPv6 is `::ffff:` and it. */
function putKnownPeer(request: Uint8Array, peer: number, family: number): void {
  const view = new DataView(request.buffer);
  const isMapped = family === AF_INET6;
  if (isMapped) view.setUint16(54, 0xffff);
  view.setUint16(26, peer % 0x1_0000);
  view.setUint32(isMapped ? 56 : 44, Math.trunc(peer / 0x1_0000));
}

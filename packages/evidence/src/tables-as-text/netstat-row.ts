import type { SocketRow, SocketState } from '@farewell/core';
import { addressOf, type Endpoint } from './endpoint-texts.ts';
import type { Draft } from './table-parser.ts';

/** States as netstat of Linux (`FIN_WAIT1`), and of macOS and BSD (`FIN_WAIT_1`), spells them. */
export const NETSTAT_STATES: ReadonlyMap<string, SocketState> = new Map([
  ['ESTABLISHED', 'ESTABLISHED'],
  ['SYN_SENT', 'SYN-SENT'],
  ['SYN_RECV', 'SYN-RECEIVED'],
  ['SYN_RCVD', 'SYN-RECEIVED'],
  ['FIN_WAIT1', 'FIN-WAIT-1'],
  ['FIN_WAIT_1', 'FIN-WAIT-1'],
  ['FIN_WAIT2', 'FIN-WAIT-2'],
  ['FIN_WAIT_2', 'FIN-WAIT-2'],
  ['TIME_WAIT', 'TIME-WAIT'],
  ['CLOSE', 'CLOSED'],
  ['CLOSED', 'CLOSED'],
  ['CLOSE_WAIT', 'CLOSE-WAIT'],
  ['LAST_ACK', 'LAST-ACK'],
  ['LISTEN', 'LISTEN'],
  ['CLOSING', 'CLOSING'],
]);

/** The six columns that every netstat has. */
export interface NetstatColumns {
  readonly family: 4 | 6;
  readonly tcpState: SocketState;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly receiveQueue: number;
  readonly sendQueue: number;
}

export function netstatRow(columns: NetstatColumns): Draft<SocketRow> {
  return {
    family: columns.family,
    tcpState: columns.tcpState,
    localAddress: addressOf(columns.local, columns.family),
    localPort: columns.local.port,
    remoteAddress: addressOf(columns.remote, columns.family),
    remotePort: columns.remote.port,
    receiveQueue: columns.receiveQueue,
    // Of a listener, netstat prints 0 for the limit of its accept queue.
    sendQueue: columns.tcpState === 'LISTEN' ? null : columns.sendQueue,
    timer: null,
    inode: null,
    uid: null,
    cookie: null,
    tcpInfo: null,
  };
}

/** What to do about addresses that do not fit their column. */
export const CUT_ADDRESS =
  'an IPv6 address that fills its column and may be cut off (take the table with -W)';

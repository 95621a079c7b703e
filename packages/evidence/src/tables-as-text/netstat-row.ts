import type { SocketRow, SocketState } from '@farewell/core';
import {
  addressOf,
  type Endpoint,
  type EndpointTexts,
  type NotAnEndpoint,
} from './endpoint-texts.ts';
import type { Fields } from './fields.ts';
import { type Draft, isCut } from './table-parser.ts';

/** States as netstat of Linux (`FIN_WAIT1`), and of macOS and BSD (`FIN_WAIT_1`), spells them. */
const NETSTAT_STATES: ReadonlyMap<string, SocketState> = new Map([
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

/** The columns that every netstat has, but for the protocol. */
export interface NetstatColumns {
  readonly tcpState: SocketState;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly receiveQueue: number;
  readonly sendQueue: number;
}

/** No row at all, or why it makes no sense. */
export type NotANetstatRow =
  | 'not a row'
  | 'a row of netstat that is cut'
  | 'a row of netstat with an unknown state'
  | `a row of netstat with ${NotAnEndpoint}`;

/** The columns of the line in `fields`, whose first field names the protocol. */
export function netstatColumns(
  text: string,
  fields: Fields,
  endpoints: EndpointTexts,
): NetstatColumns | NotANetstatRow {
  const receiveQueue = fields.decimal(1);
  const sendQueue = fields.decimal(2);
  if (receiveQueue === null || sendQueue === null) return 'not a row';
  if (fields.count < 6 || isCut(text, fields.end(5))) return 'a row of netstat that is cut';
  const local = endpoints.read(fields.start(3), fields.end(3));
  const remote = endpoints.read(fields.start(4), fields.end(4));
  if (typeof local === 'string') return `a row of netstat with ${local}`;
  if (typeof remote === 'string') return `a row of netstat with ${remote}`;
  const tcpState = NETSTAT_STATES.get(fields.text(5));
  if (tcpState === undefined) return 'a row of netstat with an unknown state';
  return { tcpState, local, remote, receiveQueue, sendQueue };
}

/** The row of these columns, without what only some forms of netstat print. */
export function netstatRow(columns: NetstatColumns, family: 4 | 6): Draft<SocketRow> {
  return {
    family,
    tcpState: columns.tcpState,
    localAddress: addressOf(columns.local, family),
    localPort: columns.local.port,
    remoteAddress: addressOf(columns.remote, family),
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

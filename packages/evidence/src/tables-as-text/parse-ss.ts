/**
 * The output of `ss -tan` and of its richer forms up to `ss -tanoiepmO`:
 *
 *   [Netid] State Recv-Q Send-Q Local:Port Peer:Port users:(..) timer:(..) uid:.. ino:.. sk:.. <->
 *           cubic rto:204 rtt:0.03/0.015 ... (a line of its own but with -O)
 */
import type { Missing, SocketRow, SocketState } from '@farewell/core';
import { addressOf, type Endpoint, EndpointTexts, familyOf } from './endpoint-texts.ts';
import { Fields } from './fields.ts';
import { missingInSs } from './missing-facts.ts';
import { SsDetailsReader } from './parse-ss-details.ts';
import { type Draft, isCut, type TableContext, type TableParser } from './table-parser.ts';

/** UNCONN of TCP is a socket that is bound but not connected. */
const TCP_STATES: ReadonlyMap<string, SocketState> = new Map([
  ['ESTAB', 'ESTABLISHED'],
  ['SYN-SENT', 'SYN-SENT'],
  ['SYN-RECV', 'SYN-RECEIVED'],
  ['FIN-WAIT-1', 'FIN-WAIT-1'],
  ['FIN-WAIT-2', 'FIN-WAIT-2'],
  ['TIME-WAIT', 'TIME-WAIT'],
  ['UNCONN', 'CLOSED'],
  ['BOUND-INACTIVE', 'CLOSED'],
  ['CLOSE-WAIT', 'CLOSE-WAIT'],
  ['LAST-ACK', 'LAST-ACK'],
  ['LISTEN', 'LISTEN'],
  ['CLOSING', 'CLOSING'],
]);

/** First columns of `ss -an` whose rows are of no interest here. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set(
  'udp raw u_str u_dgr u_seq nl p_raw p_dgr sctp dccp tipc vsock v_str v_dgr xdp icmp6 ICMP6 mptcp ???'.split(
    ' ',
  ),
);

const LONGEST_WORD = 16;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;

export class SsParser implements TableParser {
  readonly source = 'ss';
  readonly #context: TableContext;
  readonly #fields: Fields;
  readonly #endpoints: EndpointTexts;
  readonly #details: SsDetailsReader;
  readonly #rows: Draft<SocketRow>[] = [];
  readonly #wildcards: Draft<SocketRow>[] = [];
  /** The row whose continuation lines may follow; 'other': of a socket that is not TCP, or made no sense. */
  #last: Draft<SocketRow> | 'other' | null = null;
  #begun = false;
  #bareIpv6 = false;

  constructor(context: TableContext) {
    this.#context = context;
    this.#fields = new Fields(context.text);
    this.#endpoints = new EndpointTexts(context.text, ':');
    this.#details = new SsDetailsReader(context);
  }

  begin(): boolean {
    if (this.#begun) return false;
    this.#begun = true;
    return true;
  }

  take(from: number, to: number): boolean {
    const fields = this.#fields.split(from, to, 6);
    if (fields.count === 0) return true;
    const first = this.#word(0);
    if (TCP_STATES.has(first)) return this.#takeRow(0, from, to);
    if (first === 'tcp' && TCP_STATES.has(this.#word(1))) return this.#takeRow(1, from, to);
    if (OTHER_PROTOCOLS.has(first)) return this.#takeOther();
    return this.#takeContinuation(from, to);
  }

  finish(): { rows: readonly SocketRow[]; missing: readonly Missing[] } {
    const cut = this.#context.text.endsWith('\n') || this.#last === 'other' ? null : this.#last;
    this.#details.finish(this.#rows, cut);
    // An ss that prints IPv6 without brackets prints `*` for IPv4's wildcard, a newer one for IPv6's.
    if (this.#bareIpv6) for (const row of this.#wildcards) toIpv4Wildcard(row);
    return { rows: this.#rows, missing: missingInSs(this.#rows, this.#details) };
  }

  #takeRow(shift: number, from: number, to: number): boolean {
    const fields = this.#fields;
    const tcpState = TCP_STATES.get(this.#word(shift));
    const receiveQueue = fields.decimal(shift + 1);
    const sendQueue = fields.decimal(shift + 2);
    if (tcpState === undefined || receiveQueue === null || sendQueue === null) return false;
    this.#last = 'other';
    this.#begun = true;
    if (fields.count < shift + 5 || isCut(this.#context.text, fields.end(shift + 4))) {
      return this.#problem('a row of ss that is cut', from, to);
    }
    const local = this.#endpoints.read(fields.start(shift + 3), fields.end(shift + 3));
    const remote = this.#endpoints.read(fields.start(shift + 4), fields.end(shift + 4));
    if (typeof local === 'string') return this.#problem(`a row of ss with ${local}`, from, to);
    if (typeof remote === 'string') return this.#problem(`a row of ss with ${remote}`, from, to);
    const row = this.#row(local, remote, { tcpState, receiveQueue, sendQueue });
    this.#last = row;
    this.#details.readRow(row, fields.end(shift + 4), to);
    return true;
  }

  #row(
    local: Endpoint,
    remote: Endpoint,
    rest: Pick<SocketRow, 'tcpState' | 'receiveQueue' | 'sendQueue'>,
  ): Draft<SocketRow> {
    const family = familyOf(local.host.kind, remote.host.kind);
    const row: Draft<SocketRow> = {
      family,
      tcpState: rest.tcpState,
      localAddress: addressOf(local, family),
      localPort: local.port,
      remoteAddress: addressOf(remote, family),
      remotePort: remote.port,
      receiveQueue: rest.receiveQueue,
      sendQueue: rest.sendQueue,
      timer: null,
      inode: null,
      uid: null,
      cookie: null,
      tcpInfo: null,
    };
    this.#rows.push(row);
    if (local.host.kind === 'wildcard') this.#wildcards.push(row);
    if (local.host.bare || remote.host.bare) this.#bareIpv6 = true;
    return row;
  }

  #takeOther(): boolean {
    this.#begun = true;
    this.#last = 'other';
    return true;
  }

  /** ss indents the second line of a socket by a tab and a space. */
  #takeContinuation(from: number, to: number): boolean {
    if (this.#last === null || this.#fields.start(0) === from) return false;
    const first = this.#context.text.charCodeAt(this.#fields.start(0));
    if (first < LOWER_A || first > LOWER_Z || this.#fields.is(0, 'sl')) return false;
    if (this.#last !== 'other') this.#details.readContinuation(this.#last, from, to);
    return true;
  }

  #problem(what: string, from: number, to: number): true {
    this.#context.problems.add(what, this.#context.text.slice(from, to));
    return true;
  }

  #word(i: number): string {
    return this.#fields.length(i) > LONGEST_WORD ? '' : this.#fields.text(i);
  }
}

function toIpv4Wildcard(row: Draft<SocketRow>): void {
  if (row.localAddress !== '::' || row.remoteAddress !== '::') return;
  row.family = 4;
  row.localAddress = '0.0.0.0';
  row.remoteAddress = '0.0.0.0';
}

import { ADDRESSES_BYTES, type EventColumns } from './event-columns.ts';
import {
  type AddressPlace,
  EVENT_KINDS,
  type EventKind,
  type EventLayout,
  type Place,
} from './event-layout.ts';
import type { PageSink } from './parse-ring-page.ts';
import type { TraceSelection } from './trace-filter.ts';

export interface EventDecoderOptions {
  readonly littleEndian: boolean;
  readonly columns: EventColumns;
  /** What is wanted; other events are dropped: the kernel cannot filter all of them, sent resets for one. */
  readonly selection: TraceSelection;
}

/**
 * Decodes events of ring-buffer pages into rows of columns, each by the layout of its own format. The
 * hot path of the trace: numbers are read where they lie, and nothing is allocated for an event.
 */
export class EventDecoder implements PageSink {
  /** Where rows go; whoever scans a page sets both, and sees to it that a page's events have room. */
  columns: EventColumns;
  cpu = 0;
  events = 0;
  lostEvents = 0;
  lostUncounted = 0;
  /** Records that are none of ours, or shorter than their format. */
  undecodable = 0;
  readonly #layouts: readonly (EventLayout | undefined)[];
  readonly #littleEndian: boolean;
  /** One for each port that is wanted; null: all are. */
  readonly #ports: Uint8Array | null;
  /** The address family that is not wanted, or 0. */
  readonly #otherFamily: number;
  #page: DataView = new DataView(new ArrayBuffer(0));

  constructor(layouts: readonly EventLayout[], options: EventDecoderOptions) {
    const byId: (EventLayout | undefined)[] = [];
    for (const layout of layouts) byId[layout.id] = layout;
    this.#layouts = byId;
    this.#littleEndian = options.littleEndian;
    const { ports, family } = options.selection;
    this.#ports = ports ? portSet(ports) : null;
    this.#otherFamily = family === undefined ? 0 : family === 4 ? AF_INET6 : AF_INET;
    this.columns = options.columns;
  }

  startPage(page: DataView): void {
    this.#page = page;
  }

  event(at: number, length: number, time: number): void {
    const page = this.#page;
    const layout = length < 2 ? undefined : this.#layouts[page.getUint16(at, this.#littleEndian)];
    if (layout === undefined || length < layout.sizeBytes) {
      this.undecodable += 1;
      return;
    }
    if (layout.protocol !== null && this.#number(at, layout.protocol) !== IPPROTO_TCP) return;
    const { columns } = this;
    const localPort = this.#port(at, layout.localPort, layout.local);
    const remotePort = this.#port(at, layout.remotePort, layout.remote);
    // A reset by our side takes the remote port from a socket before it is destroyed: it may be a wanted one.
    const isDisconnected = remotePort === 0 && layout.kind === 'destroy';
    if (!isDisconnected && !this.#isWanted(localPort, remotePort)) return;
    if (this.#otherFamily !== 0 && this.#family(at, layout) === this.#otherFamily) return;
    const row = this.#addRow(layout.kind, time);
    if (row < 0) return;
    this.events += 1;
    columns.localPort[row] = localPort;
    columns.remotePort[row] = remotePort;
    columns.socket[row] = this.#socket(at, layout.socket);
    columns.oldState[row] = this.#state(at, layout, layout.oldState);
    columns.tcpState[row] = this.#state(at, layout, layout.tcpState);
    columns.contextFlags[row] = layout.contextFlags ? this.#number(at, layout.contextFlags) : 0;
    columns.taskId[row] = layout.taskId ? this.#number(at, layout.taskId) : -1;
    columns.detail[row] = layout.reason ? this.#number(at, layout.reason) : -1;
    this.#address(at, layout.local, row * ADDRESSES_BYTES);
    this.#address(at, layout.remote, row * ADDRESSES_BYTES + IPV6_BYTES);
  }

  /** A row that says how many events of this CPU are missing before what follows. */
  lost(count: number, time: number): void {
    if (count < 0) this.lostUncounted += 1;
    else this.lostEvents += count;
    const row = this.#addRow('lost', time);
    if (row < 0) return;
    this.columns.socket[row] = 0;
    this.columns.detail[row] = count;
  }

  #addRow(kind: EventKind, time: number): number {
    const { columns } = this;
    const row = columns.length;
    if (row === columns.capacity) return -1;
    columns.length = row + 1;
    columns.at[row] = time / NS_PER_MS;
    columns.kind[row] = KIND_INDEX[kind];
    columns.cpu[row] = this.cpu;
    return row;
  }

  #isWanted(localPort: number, remotePort: number): boolean {
    const ports = this.#ports;
    return ports === null || ports[localPort] === 1 || ports[remotePort] === 1;
  }

  #number(at: number, place: Place): number {
    const { offset, sizeBytes, signed } = place;
    if (sizeBytes === 2) return this.#page.getUint16(at + offset, this.#littleEndian);
    if (sizeBytes === 1) return this.#page.getUint8(at + offset);
    if (signed) return this.#page.getInt32(at + offset, this.#littleEndian);
    return this.#page.getUint32(at + offset, this.#littleEndian);
  }

  #state(at: number, layout: EventLayout, place: Place | null): number {
    return place === null ? 0 : (layout.stateIndexes[this.#number(at, place)] ?? 0);
  }

  /** A double holds 53 bits; the 11 above them are the same in every address that the kernel hands out. */
  #socket(at: number, { offset, sizeBytes }: Place): number {
    const first = this.#page.getUint32(at + offset, this.#littleEndian);
    if (sizeBytes === 4) return first;
    const second = this.#page.getUint32(at + offset + 4, this.#littleEndian);
    return this.#littleEndian ? lower53(second, first) : lower53(first, second);
  }

  /** 0: the event does not say. */
  #family(at: number, { family, local }: EventLayout): number {
    if (family !== null) return this.#number(at, family);
    return local?.form === 'sockaddr'
      ? this.#page.getUint16(at + local.offset, this.#littleEndian)
      : 0;
  }

  #port(at: number, place: Place | null, address: AddressPlace | null): number {
    if (place !== null) return this.#page.getUint16(at + place.offset, this.#littleEndian);
    return address?.form === 'sockaddr' ? this.#page.getUint16(at + address.offset + 2) : 0;
  }

  #address(at: number, place: AddressPlace | null, to: number): void {
    if (place === null) return writeMapped(this.columns.addresses, to, 0);
    const from = at + place.offset;
    if (place.form === 'ipv6') return this.#copyIpv6(from, to);
    if (place.form === 'ipv4')
      return writeMapped(this.columns.addresses, to, this.#page.getInt32(from));
    const family = this.#page.getUint16(from, this.#littleEndian);
    if (family === AF_INET6) return this.#copyIpv6(from + 8, to);
    writeMapped(this.columns.addresses, to, this.#page.getInt32(from + 4));
  }

  #copyIpv6(from: number, to: number): void {
    const { addresses } = this.columns;
    for (let word = 0; word < IPV6_BYTES; word += 4) {
      addresses.setInt32(to + word, this.#page.getInt32(from + word));
    }
  }
}

const NS_PER_MS = 1e6;
const IPPROTO_TCP = 6;
const AF_INET = 2;
const AF_INET6 = 10;
const IPV6_BYTES = 16;

/** Positions in EVENT_KINDS. */
export const KIND_INDEX = Object.fromEntries(
  EVENT_KINDS.map((kind, index) => [kind, index]),
) as Readonly<Record<(typeof EVENT_KINDS)[number], number>>;

function portSet(ports: readonly number[]): Uint8Array {
  const set = new Uint8Array(65_536);
  for (const port of ports) set[port] = 1;
  return set;
}

function lower53(high: number, low: number): number {
  return (high & 0x1f_ffff) * 2 ** 32 + low;
}

/** ::ffff:a.b.c.d */
function writeMapped(to: DataView, at: number, ipv4: number): void {
  to.setInt32(at, 0);
  to.setInt32(at + 4, 0);
  to.setInt32(at + 8, 0xffff);
  to.setInt32(at + 12, ipv4);
}

/**
 * Decoded events as columns of numbers, a row each: no object for an event. What the numbers mean is in
 * `event-layout.ts` (kind), `trace-state.ts` (states) and `kernel-event.ts`, which makes objects of rows.
 */
export class EventColumns {
  readonly capacity: number;
  length = 0;
  /** ms on the kernel's monotonic clock. */
  readonly at: Float64Array;
  /** The lower 53 bits of the kernel's address of the socket; 0: none. */
  readonly socket: Float64Array;
  readonly kind: Uint8Array;
  readonly cpu: Uint16Array;
  readonly oldState: Uint8Array;
  readonly tcpState: Uint8Array;
  readonly contextFlags: Uint8Array;
  /** `common_pid`: the thread that the CPU was running. -1: the event does not say. */
  readonly taskId: Int32Array;
  /** Of a sent reset the kernel's reason, of a loss the count; -1: not known. */
  readonly detail: Float64Array;
  readonly localPort: Uint16Array;
  readonly remotePort: Uint16Array;
  /** 32 bytes a row: the local and the remote address, each as IPv6 in network order. */
  readonly addresses: DataView;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.at = new Float64Array(capacity);
    this.socket = new Float64Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.cpu = new Uint16Array(capacity);
    this.oldState = new Uint8Array(capacity);
    this.tcpState = new Uint8Array(capacity);
    this.contextFlags = new Uint8Array(capacity);
    this.taskId = new Int32Array(capacity);
    this.detail = new Float64Array(capacity);
    this.localPort = new Uint16Array(capacity);
    this.remotePort = new Uint16Array(capacity);
    this.addresses = new DataView(new ArrayBuffer(capacity * ADDRESSES_BYTES));
  }

  /** Appends rows `from` to `to` (excluded) of other columns. */
  append(other: EventColumns, from: number, to: number): void {
    const at = this.length;
    for (const name of COLUMN_NAMES) this[name].set(other[name].subarray(from, to), at);
    const source = other.addresses.buffer.slice(from * ADDRESSES_BYTES, to * ADDRESSES_BYTES);
    new Uint8Array(this.addresses.buffer).set(new Uint8Array(source), at * ADDRESSES_BYTES);
    this.length = at + to - from;
  }
}

/** Bytes of a row's two addresses; the remote one starts at half. */
export const ADDRESSES_BYTES = 32;

const COLUMN_NAMES = [
  'at',
  'socket',
  'kind',
  'cpu',
  'oldState',
  'tcpState',
  'contextFlags',
  'taskId',
  'detail',
  'localPort',
  'remotePort',
] as const;

import type { SocketState, Unknown } from '@farewell/core';
import type { AddressTexts } from '../ip-address.ts';
import { ADDRESSES_BYTES, type EventColumns } from './event-columns.ts';
import { EVENT_KINDS, type EventKind } from './event-layout.ts';
import { TRACE_STATES } from './trace-state.ts';

/** What every event of a socket says. Local is the end whose socket it is. */
interface SocketEvent {
  /** ms on the kernel's monotonic clock, that of `process.hrtime()`. */
  readonly at: number;
  readonly cpu: number;
  /**
   * Identifies the socket from its opening to its `destroy`; afterwards the kernel may give the number to
   * another one. null: no full socket is behind it (a reset for an unknown or an ended connection).
   */
  readonly socket: number | null;
  /**
   * The thread that did it, as its id in the host's first pid namespace; null where the kernel acted on
   * its own (a packet came in, a timer fired) and the thread that happened to run means nothing.
   */
  readonly taskId: number | null;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  /** 0 where the socket was already disconnected. */
  readonly remotePort: number;
}

/** One thing that the kernel said of a TCP socket. */
export type KernelEvent =
  | (SocketEvent & {
      readonly kind: 'tcp-state';
      readonly from: SocketState | Unknown;
      readonly to: SocketState | Unknown;
    })
  /** An RST went out. `reason` is the kernel's word for it (from 6.10 on), else null. */
  | (SocketEvent & {
      readonly kind: 'send-reset';
      readonly tcpState: SocketState | Unknown;
      readonly reason: string | null;
    })
  | (SocketEvent & { readonly kind: 'receive-reset' | 'destroy' })
  | (SocketEvent & { readonly kind: 'retransmit'; readonly tcpState: SocketState | Unknown })
  /** Events of one CPU were overwritten before they were read. `count` null: not known how many. */
  | {
      readonly kind: 'lost';
      readonly at: number;
      readonly cpu: number;
      readonly count: number | null;
    };

/** The names of reset reasons, by number. */
export type ReasonNames = ReadonlyMap<number, string>;

/** Makes the object for one row of a batch. */
export function kernelEvent(
  columns: EventColumns,
  row: number,
  names: { readonly addresses: AddressTexts; readonly reasons: ReasonNames },
): KernelEvent {
  const kind = kindOf(columns, row);
  const detail = columns.detail[row] ?? -1;
  if (kind === 'lost') {
    const count = detail < 0 ? null : detail;
    return { kind, at: columns.at[row] ?? 0, cpu: columns.cpu[row] ?? 0, count };
  }
  const event = socketEvent(columns, row, names.addresses);
  const tcpState = TRACE_STATES[columns.tcpState[row] ?? 0] ?? 'unknown';
  switch (kind) {
    case 'tcp-state':
      return {
        kind,
        ...event,
        from: TRACE_STATES[columns.oldState[row] ?? 0] ?? 'unknown',
        to: tcpState,
      };
    case 'send-reset':
      return { kind, ...event, tcpState, reason: resetReason(detail, names.reasons) };
    case 'retransmit':
      return { kind, ...event, tcpState };
    case 'receive-reset':
    case 'destroy':
      return { kind, ...event };
  }
}

export function kindOf(columns: EventColumns, row: number): EventKind {
  return EVENT_KINDS[columns.kind[row] ?? 0] ?? 'lost';
}

/**
 * The thread behind a row, or -1. `common_flags` (include/linux/trace_events.h) says whether the CPU was
 * in an interrupt: then its thread is whoever was interrupted.
 */
export function actingTask(columns: EventColumns, row: number): number {
  if (((columns.contextFlags[row] ?? 0) & IN_INTERRUPT) !== 0) return -1;
  return columns.taskId[row] ?? -1;
}

/** The kernel's word for a reason, `reason 7` for a number without one, null if there is none. */
export function resetReason(number: number, names: ReasonNames): string | null {
  return number < 0 ? null : (names.get(number) ?? `reason ${number}`);
}

/** Of `common_flags`: TRACE_FLAG_HARDIRQ, TRACE_FLAG_SOFTIRQ and TRACE_FLAG_NMI. */
export const IN_INTERRUPT = 0x08 | 0x10 | 0x40;

function socketEvent(columns: EventColumns, row: number, addresses: AddressTexts): SocketEvent {
  const task = actingTask(columns, row);
  return {
    at: columns.at[row] ?? 0,
    cpu: columns.cpu[row] ?? 0,
    socket: columns.socket[row] || null,
    taskId: task > 0 ? task : null,
    localAddress: addresses.ipv6(columns.addresses, row * ADDRESSES_BYTES),
    localPort: columns.localPort[row] ?? 0,
    remoteAddress: addresses.ipv6(columns.addresses, row * ADDRESSES_BYTES + 16),
    remotePort: columns.remotePort[row] ?? 0,
  };
}

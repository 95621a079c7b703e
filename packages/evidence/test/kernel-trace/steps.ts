import type { SocketRow, SocketState, TracedGroup } from '@farewell/core';
import { expect } from 'vitest';
import { KIND_INDEX } from '../../src/kernel-trace/decode-event.ts';
import { EventColumns } from '../../src/kernel-trace/event-columns.ts';
import type { EventKind } from '../../src/kernel-trace/event-layout.ts';
import { TRACE_STATES } from '../../src/kernel-trace/trace-state.ts';
import { TracedSockets, type TracedSocketsOptions } from '../../src/kernel-trace/traced-sockets.ts';

const SOFTIRQ = 0x10;

/** One event: 10.0.0.1:8080 and a client of 10.0.0.1, if nothing else is said. */
export interface Step {
  readonly kind: EventKind;
  readonly at: number;
  readonly socket?: number;
  readonly from?: SocketState;
  readonly to?: SocketState;
  readonly task?: number;
  readonly detail?: number;
  readonly localPort?: number;
  readonly remotePort?: number;
  /** IPv4, as a number. */
  readonly remoteAddress?: number;
}

const address = 0x0a000001;

/** The events of a batch, in this order. */
export function batchOf(steps: readonly Step[]) {
  const columns = new EventColumns(steps.length);
  for (const [row, step] of steps.entries()) {
    columns.kind[row] = KIND_INDEX[step.kind];
    columns.at[row] = step.at;
    columns.socket[row] = step.socket ?? 1;
    columns.oldState[row] = TRACE_STATES.indexOf(step.from ?? 'unknown');
    columns.tcpState[row] = TRACE_STATES.indexOf(step.to ?? 'unknown');
    columns.taskId[row] = step.task ?? 0;
    columns.contextFlags[row] = step.task === undefined ? SOFTIRQ : 0;
    columns.detail[row] = step.detail ?? -1;
    columns.localPort[row] = step.localPort ?? 8080;
    columns.remotePort[row] = step.remotePort ?? 40_000;
    for (const [half, ipv4] of [address, step.remoteAddress ?? address].entries()) {
      columns.addresses.setUint32(row * 32 + half * 16 + 8, 0xffff);
      columns.addresses.setUint32(row * 32 + half * 16 + 12, ipv4);
    }
  }
  const order = Int32Array.from(steps.keys());
  const reasons = new Map([[11, 'TCP_ABORT_ON_CLOSE']]);
  return { columns, order, length: steps.length, caughtUp: true, reasons };
}

/** A server's socket, opened and closed by its own process, and how it went to CLOSED. */
export function closedByServer(at: number, ids: Partial<Step> = {}): Step[] {
  const step = (offset: number, rest: Partial<Step>): Step => ({
    kind: 'tcp-state',
    ...ids,
    at: at + offset,
    ...rest,
  });
  return [
    step(0, { from: 'LISTEN', to: 'SYN-RECEIVED' }),
    step(0.1, { from: 'SYN-RECEIVED', to: 'ESTABLISHED' }),
    step(10, { from: 'ESTABLISHED', to: 'FIN-WAIT-1', task: 7 }),
    step(10.1, { from: 'FIN-WAIT-1', to: 'FIN-WAIT-2' }),
    step(10.2, { from: 'FIN-WAIT-2', to: 'CLOSED' }),
    step(10.2, { kind: 'destroy' }),
  ];
}

/** A server's socket whose FIN, after the peer's, was acknowledged. */
export function answered(socket: number, at: number): Step[] {
  return [
    { kind: 'tcp-state', socket, at, from: 'LISTEN', to: 'SYN-RECEIVED' },
    { kind: 'tcp-state', socket, at: at + 20, from: 'LAST-ACK', to: 'CLOSED' },
  ];
}

/** A server's socket that the kernel gave up, while a process still has it. */
export function vanished(socket: number, at: number): Step[] {
  return [
    { kind: 'tcp-state', socket, at, from: 'SYN-RECEIVED', to: 'ESTABLISHED' },
    { kind: 'retransmit', socket, at: at + 10 },
    { kind: 'tcp-state', socket, at: at + 20, from: 'ESTABLISHED', to: 'CLOSED' },
  ];
}

/** For which every socket counts, confirmed or not. */
export function tracedSockets(options: Partial<TracedSocketsOptions> = {}): TracedSockets {
  return new TracedSockets({
    startedAt: 0,
    unixOffset: 1_000_000,
    processOf: (taskId) => ({ pid: taskId, name: 'node' }),
    missing: [],
    confirmation: 'not-needed',
    ...options,
  });
}

/** Of the same connection, if nothing else is said. */
export function row(rest: Partial<SocketRow>): SocketRow {
  return {
    family: 4,
    tcpState: 'TIME-WAIT',
    localAddress: '10.0.0.1',
    localPort: 8080,
    remoteAddress: '10.0.0.1',
    remotePort: 40_000,
    receiveQueue: 0,
    sendQueue: 0,
    timer: null,
    inode: 0,
    uid: 0,
    cookie: null,
    tcpInfo: null,
    ...rest,
  };
}

/** What there is, if it is one group. */
export function onlyGroup(sockets: TracedSockets, now: number): TracedGroup {
  const { groups } = sockets.table(now);
  expect(groups).toHaveLength(1);
  const [group] = groups;
  if (!group) throw new Error('no group');
  return group;
}

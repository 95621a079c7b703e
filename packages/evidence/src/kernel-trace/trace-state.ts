import { linuxTcpStates, type SocketState, type Unknown } from '@farewell/core';

/** The states that a traced socket can be in, by the number that is in the columns of a batch. */
export const TRACE_STATES: readonly (SocketState | Unknown)[] = linuxTcpStates.map(
  (tcpState) => tcpState ?? 'unknown',
);

/** The kernel's names, as `__print_symbolic` has them. */
const KERNEL_NAMES: readonly string[] = [
  '',
  'TCP_ESTABLISHED',
  'TCP_SYN_SENT',
  'TCP_SYN_RECV',
  'TCP_FIN_WAIT1',
  'TCP_FIN_WAIT2',
  'TCP_TIME_WAIT',
  'TCP_CLOSE',
  'TCP_CLOSE_WAIT',
  'TCP_LAST_ACK',
  'TCP_LISTEN',
  'TCP_CLOSING',
  'TCP_NEW_SYN_RECV',
  'TCP_BOUND_INACTIVE',
];

/**
 * From the number in an event to an index of TRACE_STATES, by the names that the event's own format gives
 * to its numbers. A format without numbers keeps those of the header, which are part of the kernel's ABI.
 */
export function stateIndexes(names: ReadonlyMap<number, string> | undefined): Uint8Array {
  const indexes = new Uint8Array(256);
  if (names === undefined)
    return indexes.map((_, number) => (number < TRACE_STATES.length ? number : 0));
  for (const [number, name] of names) {
    if (number > 0 && number < indexes.length)
      indexes[number] = Math.max(0, KERNEL_NAMES.indexOf(name));
  }
  return indexes;
}

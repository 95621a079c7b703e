import type { SocketRow } from '@farewell/core';

/** Bytes in the send queues of these sockets. */
export function queuedBytes(rows: readonly SocketRow[]): number {
  return rows.reduce((sum, row) => sum + (row.sendQueue ?? 0), 0);
}

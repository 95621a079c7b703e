import type { SocketEnding, SocketRow } from '@farewell/core';
import type { TracedSocket } from './traced-socket.ts';

/**
 * Marks the sockets that rows of the target's table are about, as of `at`. A row of a mini socket
 * (TIME-WAIT, or FIN-WAIT-2 without inode) says what its full socket left behind, a row of a dead one
 * (CLOSED, from the destroy multicast) how long no data had moved.
 */
export function confirmSockets(
  sockets: Iterable<TracedSocket>,
  rows: readonly SocketRow[],
  at: number,
): void {
  const wanted = rowsByPorts(rows);
  const matches = new Map<SocketRow, TracedSocket>();
  const disconnected: TracedSocket[] = [];
  for (const socket of sockets) {
    if (socket.seenAt > at) continue;
    if (!socket.confirmed && socket.resetSent !== null) disconnected.push(socket);
    for (const row of wanted.get(portsKey(socket.localPort, socket.remotePort)) ?? []) {
      if (!isAbout(row, socket)) continue;
      const other = matches.get(row);
      // Of several with the same addresses and ports, one after the other, the row is of the last.
      if (!other || other.seenAt < socket.seenAt) matches.set(row, socket);
    }
  }
  for (const [row, socket] of matches) confirmSocket(socket, row, at);
  confirmDisconnected(disconnected, rows, at);
}

/**
 * A socket that ended by an RST of ours was disconnected first, so that its last row has no remote port.
 * As many as there are such rows of an address and port were the target's: the latest ones.
 */
function confirmDisconnected(
  sockets: readonly TracedSocket[],
  rows: readonly SocketRow[],
  at: number,
): void {
  if (sockets.length === 0) return;
  const left = new Map<string, SocketRow[]>();
  for (const row of rows) {
    if (row.tcpState !== 'CLOSED' || row.remotePort !== 0) continue;
    const key = disconnectedKey(row);
    const known = left.get(key);
    if (known) known.push(row);
    else left.set(key, [row]);
  }
  for (const socket of sockets.toSorted((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0))) {
    const row = left.get(disconnectedKey(socket))?.pop();
    if (row) confirmSocket(socket, row, at);
  }
}

function disconnectedKey(end: SocketRow | TracedSocket): string {
  return `${end.localAddress} ${end.localPort} ${end.remoteAddress}`;
}

/** 32 bits, a cheap key of a Map. A disconnected socket has no remote port, and no row is looked for. */
export function portsKey(localPort: number, remotePort: number): number {
  return (localPort << 16) | remotePort;
}

function rowsByPorts(rows: readonly SocketRow[]): Map<number, SocketRow[]> {
  const byPorts = new Map<number, SocketRow[]>();
  for (const row of rows) {
    if (row.tcpState === 'LISTEN') continue;
    const key = portsKey(row.localPort, row.remotePort);
    const known = byPorts.get(key);
    if (known) known.push(row);
    else byPorts.set(key, [row]);
  }
  return byPorts;
}

function isAbout(row: SocketRow, socket: TracedSocket): boolean {
  return row.remoteAddress === socket.remoteAddress && row.localAddress === socket.localAddress;
}

function confirmSocket(socket: TracedSocket, row: SocketRow, at: number): void {
  socket.confirmed = true;
  if (row.tcpState === 'CLOSED') socket.idleAge ??= idleAge(row);
  if (socket.closedAt === null || socket.closedAt > at) return;
  socket.rowEnding ??= leftBehind(row);
}

/** What a row says of the end of the full socket before it; null: nothing. */
function leftBehind(row: SocketRow): SocketEnding | null {
  if (row.tcpState === 'TIME-WAIT') return 'time-wait';
  return row.tcpState === 'FIN-WAIT-2' && row.inode === 0 ? 'orphan-fin-wait-2' : null;
}

/** A FIN or an RST is no data, a Close frame is. */
function idleAge({ tcpInfo }: SocketRow): number | null {
  const { lastDataSent, lastDataReceived } = tcpInfo ?? {};
  if (lastDataSent == null || lastDataReceived == null) return null;
  return Math.min(lastDataSent, lastDataReceived);
}

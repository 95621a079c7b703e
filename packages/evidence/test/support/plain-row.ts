import type { SocketRow } from '@farewell/core';

/** A row with its fields as an object's own, which is what `toEqual` compares. */
export function plainRow(row: SocketRow): SocketRow {
  const { family, tcpState, localAddress, localPort, remoteAddress, remotePort } = row;
  const { receiveQueue, sendQueue, timer, inode, uid, cookie, tcpInfo } = row;
  const names = { family, tcpState, localAddress, localPort, remoteAddress, remotePort };
  return { ...names, receiveQueue, sendQueue, timer, inode, uid, cookie, tcpInfo };
}

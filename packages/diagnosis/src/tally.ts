import type { SocketRow } from '@farewell/core';
import { TimeWaits } from './time-waits.ts';

/**
 * Connections of one service, counted: a client's from one address of this machine, any other's with one
 * address of the peers. So a table is passed once, and its TIME-WAITs are in no list.
 */
export class Tally {
  /** One of them, for the addresses that they share. */
  readonly example: SocketRow;
  readonly timeWaits = new TimeWaits();
  /** All of them, TIME-WAITs included. */
  count = 0;
  lowestLocalPort: number;
  highestLocalPort: number;
  lowestRemotePort: number;
  highestRemotePort: number;

  constructor(example: SocketRow) {
    this.example = example;
    this.lowestLocalPort = this.highestLocalPort = example.localPort;
    this.lowestRemotePort = this.highestRemotePort = example.remotePort;
  }

  /** Counts one more. */
  add(row: SocketRow): void {
    this.count += 1;
    if (row.tcpState === 'TIME-WAIT') this.timeWaits.add(row);
    const { localPort, remotePort } = row;
    if (localPort < this.lowestLocalPort) this.lowestLocalPort = localPort;
    if (localPort > this.highestLocalPort) this.highestLocalPort = localPort;
    if (remotePort < this.lowestRemotePort) this.lowestRemotePort = remotePort;
    if (remotePort > this.highestRemotePort) this.highestRemotePort = remotePort;
  }
}

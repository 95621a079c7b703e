import type { SocketRow, TcpInfo, TcpTimer } from '@farewell/core';

/** A server's connection on port 8080 to a client at 10.0.0.7, with the facts given. */
export function row(facts: Partial<SocketRow> = {}): SocketRow {
  return {
    family: 4,
    tcpState: 'ESTABLISHED',
    localAddress: '10.0.0.1',
    localPort: 8080,
    remoteAddress: '10.0.0.7',
    remotePort: 40_000,
    receiveQueue: 0,
    sendQueue: 0,
    timer: noTimer,
    inode: 5000,
    uid: 1000,
    cookie: null,
    tcpInfo: null,
    ...facts,
  };
}

/** `count` of them, each to a port and with an inode of its own. */
export function rows(count: number, facts: Partial<SocketRow> = {}): SocketRow[] {
  return Array.from({ length: count }, (_, index) =>
    row({
      remotePort: 40_000 + index,
      ...facts,
      inode: facts.inode === undefined ? 5000 + index : facts.inode,
    }),
  );
}

/** The listener of port 8080, held by inode 99. */
export function listener(facts: Partial<SocketRow> = {}): SocketRow {
  return row({
    tcpState: 'LISTEN',
    localAddress: '0.0.0.0',
    remoteAddress: '0.0.0.0',
    remotePort: 0,
    sendQueue: 511,
    inode: 99,
    ...facts,
  });
}

/** A client's connections from ports of 10.0.0.1 to 10.0.0.9:443. */
export function outgoing(count: number, facts: Partial<SocketRow> = {}): SocketRow[] {
  return Array.from({ length: count }, (_, index) =>
    row({
      localPort: 32_768 + index,
      remoteAddress: '10.0.0.9',
      remotePort: 443,
      ...facts,
      inode: facts.inode === undefined ? 7000 + index : facts.inode,
    }),
  );
}

/** What a socket in TIME-WAIT shows; it began `age` ms ago. */
export function timeWait(age: number): Partial<SocketRow> {
  return { tcpState: 'TIME-WAIT', inode: 0, uid: 0, timer: timer('time-wait', 60_000 - age) };
}

const noTimer: TcpTimer = { kind: 'none', expiresIn: 0, tries: 0 };

export function timer(kind: TcpTimer['kind'], expiresIn: number, tries = 0): TcpTimer {
  return { kind, expiresIn, tries };
}

export function tcpInfo(facts: Partial<TcpInfo> = {}): TcpInfo {
  return {
    rtt: 1,
    rto: 204,
    lastDataSent: 100,
    lastDataReceived: 100,
    lastAckReceived: 100,
    unackedSegments: 0,
    retransmitsTotal: 0,
    bytesSent: 1000,
    bytesAcked: 1000,
    bytesReceived: 1000,
    notSentBytes: 0,
    sendWindowBytes: 65_536,
    rwndLimited: 0,
    ...facts,
  };
}

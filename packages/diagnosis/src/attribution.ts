import type { Role, SocketRow, TcpSettings, Unknown } from '@farewell/core';
import type { Listeners } from './listeners.ts';
import type { Confidence } from './verdict.ts';

/**
 * Which end of its connection a socket is. TIME-WAIT has no owner and no memory of who called
 * connect(), so the ports have to tell. In this order, the first that answers:
 *
 * 1. SYN-SENT is a client, SYN-RECEIVED a server.
 * 2. A listener at the local address and port: server.
 * 3. A listener of this table at the remote end, which is on this machine: client.
 * 4. One port below 1024 and one above: the low one is the service's.
 * 5. What the neighbours show (one port met by many others is a service) and what the range of
 *    ephemeral ports shows; if the two differ, nothing is known.
 */
export interface Attribution {
  readonly role: Role | Unknown;
  readonly confidence: Confidence;
}

/** Decides for one row after another of one table. */
export type Attribute = (row: SocketRow) => Attribution;

/** How many connections must meet in one port before the port counts as a service's. */
const sharedBy = 4;

/** A client's port is met by others too, when it talks to several places. A service's by far more. */
const sharedMore = 4;

const firstUnprivilegedPort = 1024;

const unknown: Attribution = { role: 'unknown', confidence: 'possible' };
const answers = {
  certain: {
    client: { role: 'client', confidence: 'certain' },
    server: { role: 'server', confidence: 'certain' },
  },
  likely: {
    client: { role: 'client', confidence: 'likely' },
    server: { role: 'server', confidence: 'likely' },
  },
} as const satisfies Record<string, Record<Role, Attribution>>;

export function attributionIn(
  rows: readonly SocketRow[],
  listeners: Listeners,
  portRange: TcpSettings['portRange'],
): Attribute {
  let neighbours: Neighbours | null = null;
  return (row) => {
    const known = fromTable(row, listeners);
    if (known) return answers.certain[known];
    const low = fromServicePorts(row, (port) => port < firstUnprivilegedPort);
    if (low) return answers.likely[low];
    neighbours ??= countNeighbours(rows);
    return agreed(fromNeighbours(row, neighbours), fromRange(row, portRange));
  };
}

/** True if both ends of a connection with these addresses are on this machine. */
export function isLocalPair(row: SocketRow): boolean {
  return row.localAddress === row.remoteAddress || isLoopback(row.remoteAddress);
}

/** 127.0.0.0/8 and ::1. By character: asked of each of 100,000 rows, `startsWith` took 10 ms more. */
export function isLoopback(address: string): boolean {
  const [first, second, third, fourth] = [address[0], address[1], address[2], address[3]];
  return (first === '1' && second === '2' && third === '7' && fourth === '.') || address === '::1';
}

function fromTable(row: SocketRow, listeners: Listeners): Role | null {
  if (row.tcpState === 'SYN-SENT') return 'client';
  if (row.tcpState === 'SYN-RECEIVED' || row.tcpState === 'LISTEN') return 'server';
  if (listeners.has(row.localAddress, row.localPort)) return 'server';
  if (isLocalPair(row) && listeners.has(row.remoteAddress, row.remotePort)) return 'client';
  return null;
}

function fromServicePorts(row: SocketRow, isService: (port: number) => boolean): Role | null {
  const local = isService(row.localPort);
  if (local === isService(row.remotePort)) return null;
  return local ? 'server' : 'client';
}

function fromRange(row: SocketRow, range: TcpSettings['portRange']): Role | null {
  if (!range) return null;
  return fromServicePorts(row, (port) => port < range[0] || port > range[1]);
}

interface Neighbours {
  /** Local port -> sockets that have it. */
  readonly local: ReadonlyMap<number, number>;
  /** Remote port -> remote address -> sockets that go there. */
  readonly remote: ReadonlyMap<number, ReadonlyMap<string, number>>;
}

function countNeighbours(rows: readonly SocketRow[]): Neighbours {
  const local = new Map<number, number>();
  const remote = new Map<number, Map<string, number>>();
  for (const row of rows) {
    if (row.tcpState === 'LISTEN') continue;
    local.set(row.localPort, (local.get(row.localPort) ?? 0) + 1);
    let addresses = remote.get(row.remotePort);
    if (!addresses) remote.set(row.remotePort, (addresses = new Map()));
    addresses.set(row.remoteAddress, (addresses.get(row.remoteAddress) ?? 0) + 1);
  }
  return { local, remote };
}

function fromNeighbours(row: SocketRow, neighbours: Neighbours): Role | null {
  const here = neighbours.local.get(row.localPort) ?? 0;
  const there = neighbours.remote.get(row.remotePort)?.get(row.remoteAddress) ?? 0;
  if (here >= sharedBy && here >= there * sharedMore) return 'server';
  if (there >= sharedBy && there >= here * sharedMore) return 'client';
  return null;
}

function agreed(a: Role | null, b: Role | null): Attribution {
  if (a && b && a !== b) return unknown;
  const role = a ?? b;
  return role ? answers.likely[role] : unknown;
}

/** What a table taken elsewhere cannot say, and how to take one that can. */
import type { Missing, SocketRow } from '@farewell/core';

/** What a table of `ss` was seen to hold. */
export interface SsContents {
  readonly timersSeen: boolean;
  readonly infoSeen: boolean;
  readonly inodesSeen: boolean;
  readonly ownersSeen: boolean;
}

export function missingInSs(rows: readonly SocketRow[], contents: SsContents): readonly Missing[] {
  if (rows.length === 0) return [];
  return [
    ...missingUnless(
      contents.timersSeen,
      'timers',
      'this table of ss shows none: take it with `ss -tanoie`',
    ),
    ...missingUnless(
      contents.infoSeen,
      'tcp-info',
      'this table of ss shows none: take it with `ss -tanoie`',
    ),
    ...missingUnless(
      contents.inodesSeen,
      'inodes',
      'this table of ss shows none: take it with `ss -tanoie`',
    ),
    ...missingListeners(rows, '`ss -tanoie`'),
    ...missingUnless(
      rows.some(({ tcpState }) => tcpState === 'LISTEN' || tcpState === 'TIME-WAIT'),
      'time-wait',
      'without -a, ss prints no TIME-WAIT, and there is none in this table: take it with `ss -tanoie`',
    ),
  ];
}

export function missingInProcNetTcp(seen: ReadonlySet<4 | 6>): readonly Missing[] {
  return [
    {
      fact: 'tcp-info',
      why: '/proc/net/tcp does not hold round trips, windows and bytes of each connection: `ss -tanoie` prints them',
    },
    {
      fact: 'queues',
      why: '/proc/net/tcp does not hold how many connections an accept queue may hold: `ss -tan` prints it',
    },
    ...missingUnless(
      seen.has(6),
      'ipv6',
      'no row of /proc/net/tcp6, which also holds the IPv4 connections of listeners on `::`: take both with `cat /proc/net/tcp /proc/net/tcp6`',
    ),
  ];
}

export function missingInNetstat(
  rows: readonly SocketRow[],
  seen: { readonly timers: boolean; readonly inodes: boolean },
): readonly Missing[] {
  if (rows.length === 0) return [];
  return [
    { fact: 'tcp-info', why: 'netstat does not print it: `ss -tanoie` does' },
    {
      fact: 'queues',
      why: 'netstat does not print how many connections an accept queue may hold: `ss -tan` does',
    },
    ...missingUnless(
      seen.timers,
      'timers',
      'this table of netstat shows none: take it with `netstat -tano`, or with `ss -tanoie`',
    ),
    ...missingUnless(
      seen.inodes,
      'inodes',
      'this table of netstat shows none: take it with `netstat -tane`, or with `ss -tanoie`',
    ),
    ...missingListeners(rows, '`netstat -tan`'),
  ];
}

export function missingInBsdNetstat(rows: readonly SocketRow[]): readonly Missing[] {
  if (rows.length === 0) return [];
  return [
    { fact: 'tcp-info', why: 'netstat of macOS and BSD does not print it' },
    { fact: 'timers', why: 'netstat of macOS and BSD does not print them' },
    {
      fact: 'inodes',
      why: 'netstat of macOS and BSD prints none, so that orphans are not told from sockets that a process holds',
    },
    {
      fact: 'queues',
      why: 'netstat -an of macOS and BSD does not print accept queues: `netstat -L` does',
    },
    ...missingListeners(rows, '`netstat -an -p tcp`'),
  ];
}

function missingListeners(rows: readonly SocketRow[], command: string): readonly Missing[] {
  return missingUnless(
    rows.some(({ tcpState }) => tcpState === 'LISTEN'),
    'listeners',
    `no listener in this table, so that it does not show who is the server: if it was taken without -a, take it with ${command}`,
  );
}

function missingUnless(present: boolean, fact: Missing['fact'], why: string): readonly Missing[] {
  return present ? [] : [{ fact, why }];
}

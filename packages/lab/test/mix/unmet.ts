import type { SocketRow } from '@farewell/core';
import type { WayName } from './ways.ts';

/** What the kernel's table does not say yet of this mix, a text each; none: each way has led where it leads. */
export function unmet(
  mix: readonly WayName[],
  rows: readonly SocketRow[],
  serverPort: number,
): string[] {
  return conditions.flatMap(({ holds, way }) => {
    const wanted = mix.filter((name) => way.includes(name)).length;
    const found = rows.filter((row) => holds(row, serverPort)).length;
    return found === wanted ? [] : [`${way.join(', ')}: ${found} of ${wanted}`];
  });
}

function isClosing({ tcpState }: SocketRow): boolean {
  return tcpState === 'FIN-WAIT-1' || tcpState === 'LAST-ACK';
}

/** How many rows there must be of each kind; a loss is retried often enough to mean something. */
const conditions: readonly {
  readonly holds: (row: SocketRow, serverPort: number) => boolean;
  readonly way: readonly WayName[];
}[] = [
  {
    holds: ({ tcpState }) => tcpState === 'TIME-WAIT',
    way: ['client closes first', 'server closes first'],
  },
  {
    holds: ({ tcpState }) => tcpState === 'CLOSE-WAIT',
    way: [
      'client leaves, server does not close',
      'server leaves, client does not close',
      'client ends its side, server does not',
      'server ends its side, client does not',
    ],
  },
  {
    holds: ({ tcpState, timer }) =>
      tcpState === 'ESTABLISHED' && timer?.kind === 'retransmit' && timer.tries >= 3,
    way: ['client vanishes with data in flight'],
  },
  {
    holds: (row) => isClosing(row) && row.timer?.kind === 'retransmit' && row.timer.tries >= 3,
    way: ['client vanishes before the FIN'],
  },
  {
    holds: (row) => isClosing(row) && row.timer?.kind === 'probe',
    way: ['server closes before a client that does not read'],
  },
  {
    holds: ({ tcpState, timer }) => tcpState === 'ESTABLISHED' && timer?.kind === 'probe',
    way: ['server sends to a client that does not read'],
  },
  // What was reset is gone; what is left has both its ends.
  {
    holds: ({ tcpState, localPort }, serverPort) =>
      localPort === serverPort && tcpState === 'ESTABLISHED',
    way: [
      'client vanishes with data in flight',
      'server sends to a client that does not read',
      'nobody does anything',
    ],
  },
];

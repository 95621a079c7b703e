import type { SocketState } from '@farewell/core';
import type { Report, StateCount } from '@farewell/diagnosis';
import { formatCount, formatRate } from '../terminal/format.ts';

/** States that are shown even if no socket is in them: the first is the live ones, the others get stuck. */
const always: readonly SocketState[] = [
  'ESTABLISHED',
  'CLOSE-WAIT',
  'TIME-WAIT',
  'FIN-WAIT-2',
  'LAST-ACK',
];
const ifAny: readonly SocketState[] = [
  'FIN-WAIT-1',
  'CLOSING',
  'SYN-SENT',
  'SYN-RECEIVED',
  'LISTEN',
];

/** One cell for each tcpState: `TIME-WAIT 8,021 on the server (+4/s)`. */
export function stateCells({ tcpStates, bothEndsLocal }: Report): string[] {
  const shown = [...always, ...ifAny.filter((tcpState) => tcpStates[tcpState].count > 0)];
  return shown.map((tcpState) => {
    const sides = (bothEndsLocal && tcpState !== 'LISTEN') || tcpState === 'TIME-WAIT';
    return cell(tcpState, tcpStates[tcpState], sides);
  });
}

function cell(tcpState: SocketState, counted: StateCount, sides: boolean): string {
  const side = sides && counted.count > 0 ? sideText(counted) : '';
  const rate = counted.ratePerSecond === null ? null : formatRate(counted.ratePerSecond);
  return `${tcpState} ${formatCount(counted.count)}${side}${rate === null ? '' : ` (${rate})`}`;
}

function sideText({ count, client, server, unknown }: StateCount): string {
  if (server === count) return ' on the server';
  if (client === count) return ' on the client';
  if (unknown === count) return ' (side unknown)';
  const parts = [
    [server, 'server'],
    [client, 'client'],
    [unknown, 'unknown'],
  ] as const;
  const named = parts.filter(([some]) => some > 0);
  return `: ${named.map(([some, side]) => `${formatCount(some)} ${side}`).join(', ')}`;
}

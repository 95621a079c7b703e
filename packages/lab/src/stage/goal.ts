import type { Role, SocketRow, TcpState } from '@farewell/core';
import type { Verdict } from '@farewell/diagnosis';
import type { TraceUse } from '../result.ts';
import type { Counterpart, Scenario } from '../scenario.ts';
import { compare } from './compare.ts';
import { commonStates, describeRows, type Ends } from './ends.ts';

/** What the diagnosis said: with the kernel trace if one was read, and without it. */
export interface Said {
  readonly verdicts: readonly Verdict[];
  readonly untraced: readonly Verdict[];
}

/** What a play is to come to. */
export interface Goal {
  /** A sentence: what is waited for. */
  readonly what: string;
  holds(ends: Ends): boolean;
  /** A sentence for each thing that came otherwise; none if all came. */
  disagreements(ends: Ends, said: Said, trace: TraceUse): string[];
}

/** Both states and the verdicts, as the scenario has them. */
export function goalOfScenario({ then }: Pick<Scenario, 'then'>): Goal {
  return {
    what: `all clients are ${then.client} and all servers ${then.server}`,
    holds(ends) {
      const { client, server } = commonStates(ends);
      return client === then.client && server === then.server;
    },
    disagreements: (ends, said, trace) => compare(then, { ...commonStates(ends), ...said }, trace),
  };
}

/** Nothing is left but what may be, and no verdict is a problem or a risk. */
export function goalOfCounterpart({ leaves = {} }: Pick<Counterpart, 'leaves'>): Goal {
  const { client = ended, server = ended } = leaves;
  return {
    what: `clients are ${client.join(' or ')} and servers ${server.join(' or ')}`,
    holds: (ends) =>
      areAll(ends.client, client, ends.portPairs) && areAll(ends.server, server, ends.portPairs),
    disagreements: (ends, { verdicts, untraced }, { read }) => [
      ...whatElse('client', ends, client),
      ...whatElse('server', ends, server),
      ...worries(untraced, ''),
      ...(read ? worries(verdicts, ' with the kernel trace') : []),
    ],
  };
}

const ended: readonly TcpState[] = ['TIME-WAIT', 'CLOSED'];

function areAll(rows: readonly SocketRow[], states: readonly string[], portPairs: number): boolean {
  if (rows.length < portPairs && !states.includes('CLOSED')) return false;
  return rows.every(({ tcpState }) => states.includes(tcpState));
}

function whatElse(end: Role, ends: Ends, states: readonly string[]): string[] {
  if (areAll(ends[end], states, ends.portPairs)) return [];
  return [
    `with farewell expected the ${end} to be ${states.join(' or ')}, got ${describeRows(ends[end])}`,
  ];
}

function worries(verdicts: readonly Verdict[], how: string): string[] {
  return verdicts.flatMap(({ id, severity }) =>
    severity === 'problem' || severity === 'risk'
      ? [`with farewell expected nothing to worry about, got the ${severity} ${id}${how}`]
      : [],
  );
}

import type { TcpState, Unknown } from '@farewell/core';
import type { Verdict, VerdictId } from '@farewell/diagnosis';
import type { TraceUse } from '../result.ts';
import type { Expectation } from '../scenario.ts';

type Ids = readonly Pick<Verdict, 'id'>[];

/** What the kernel's table and the diagnosis said. */
export interface Seen {
  readonly client: TcpState | Unknown;
  readonly server: TcpState | Unknown;
  /** With the kernel trace, if one was read. */
  readonly verdicts: Ids;
  /** Without it. */
  readonly untraced: Ids;
}

/** A sentence for each thing that came otherwise than expected; none if all agree. */
export function compare(
  expected: Expectation,
  seen: Seen,
  { read }: Pick<TraceUse, 'read'>,
): string[] {
  const { traced = expected.verdicts, perhaps = [] } = expected;
  const decided = seen.verdicts.filter(({ id }) => !perhaps.includes(id));
  return [
    ...compareState('client', expected.client, seen.client),
    ...compareState('server', expected.server, seen.server),
    ...compareVerdicts(expected.verdicts, seen.untraced, ''),
    ...(read ? compareVerdicts(traced, decided, ' with the kernel trace') : []),
  ];
}

function compareState(end: string, expected: TcpState | Unknown, seen: TcpState | Unknown) {
  return expected === seen ? [] : [`expected the ${end} to be ${expected}, got ${seen}`];
}

function compareVerdicts(expected: readonly VerdictId[], seen: Ids, how: string): string[] {
  const ids = seen.map(({ id }) => id);
  return [
    ...without(expected, ids).map((id) => `expected the verdict ${id}${how}, got ${list(ids)}`),
    ...without(ids, expected).map((id) => `the verdict ${id}${how} was not expected`),
  ];
}

function without(ids: readonly VerdictId[], others: readonly VerdictId[]): VerdictId[] {
  return [...new Set(ids)].filter((id) => !others.includes(id));
}

function list(ids: readonly VerdictId[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}

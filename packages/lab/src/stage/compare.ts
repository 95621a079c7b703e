import type { TcpState, Unknown } from '@farewell/core';
import type { Verdict, VerdictId } from '@farewell/diagnosis';
import type { Expectation } from '../scenario.ts';

/** What the kernel's table and the diagnosis said. */
export interface Seen {
  readonly client: TcpState | Unknown;
  readonly server: TcpState | Unknown;
  readonly verdicts: readonly Pick<Verdict, 'id'>[];
}

/** A sentence for each thing that came otherwise than expected; none if all agree. */
export function compare(expected: Expectation, seen: Seen): string[] {
  const ids = seen.verdicts.map(({ id }) => id);
  return [
    ...compareState('client', expected.client, seen.client),
    ...compareState('server', expected.server, seen.server),
    ...without(expected.verdicts, ids).map((id) => `expected the verdict ${id}, got ${list(ids)}`),
    ...without(ids, expected.verdicts).map((id) => `the verdict ${id} was not expected`),
  ];
}

function compareState(end: string, expected: TcpState, seen: TcpState | Unknown): string[] {
  return expected === seen ? [] : [`expected the ${end} to be ${expected}, got ${seen}`];
}

function without(ids: readonly VerdictId[], others: readonly VerdictId[]): VerdictId[] {
  return [...new Set(ids)].filter((id) => !others.includes(id));
}

function list(ids: readonly VerdictId[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}

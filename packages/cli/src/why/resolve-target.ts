import type { SocketRow } from '@farewell/core';
import type { Target } from '@farewell/diagnosis';
import { failed, ok, type Result } from '../result.ts';
import { canonicalAddress, type TypedTarget } from './parse-target.ts';

/** What a typed target may mean: several where a host name has several addresses. */
export type Targets = readonly [Target, ...Target[]];

/** Looks a host name up; any other target is itself. */
export async function resolveTarget(typed: TypedTarget): Promise<Result<Targets>> {
  if (typed.kind !== 'host') return ok([typed]);
  const { host, port } = typed;
  try {
    const { lookup } = await import('node:dns/promises');
    const found = await lookup(host, { all: true });
    const addresses = [...new Set(found.map(({ address }) => canonicalAddress(address)))];
    const [first, ...others] = addresses.map(
      (address) => ({ kind: 'endpoint', address, port }) as const,
    );
    return first ? ok([first, ...others]) : failed(noAddress(host, 'none'));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return failed(noAddress(host, why));
  }
}

function noAddress(host: string, why: string): string {
  return `the host name ${host} has no address here (${why}): give the address that the socket table shows`;
}

/** Of several addresses the one with the most sockets in the table; else the first. */
export function busiest(targets: Targets, rows: readonly SocketRow[]): Target {
  if (targets.length === 1) return targets[0];
  const counts = new Map<string, number>();
  for (const row of rows) {
    const ends = [`${row.localAddress} ${row.localPort}`, `${row.remoteAddress} ${row.remotePort}`];
    for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  const countOf = (target: Target): number =>
    target.kind === 'endpoint' ? (counts.get(`${target.address} ${target.port}`) ?? 0) : 0;
  return targets.reduce((best, target) => (countOf(target) > countOf(best) ? target : best));
}

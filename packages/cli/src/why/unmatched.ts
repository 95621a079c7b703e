import type { Evidence } from '@farewell/core';
import type { Report, Target } from '@farewell/diagnosis';
import { formatQuantity } from '../terminal/format.ts';
import { targetText } from './describe.ts';
import type { ProcessFinder } from './process-finder.ts';

/** Why no socket matches a target: `none`: there is none; `hidden`: this user could not see one. */
export interface Unmatched {
  readonly kind: 'none' | 'hidden';
  readonly text: string;
}

/**
 * Says what was looked for in vain and what there is instead; null if some socket matches. Without a
 * `finder` (a table taken elsewhere) only processes named in the table are known.
 */
export function unmatched(
  report: Report,
  evidence: Evidence,
  finder: ProcessFinder | null,
): Unmatched | null {
  const matches = Object.values(report.tcpStates).some(({ count }) => count > 0);
  return matches ? null : explain(report.target, evidence, finder);
}

function explain(
  target: Target,
  evidence: Evidence,
  finder: ProcessFinder | null,
): Unmatched | null {
  switch (target.kind) {
    case 'namespace':
      return null;
    case 'port':
      return none(
        `No socket has the local or remote port ${target.port}.`,
        listening(evidence, target.port),
      );
    case 'endpoint': {
      const looked = `No socket has the local or remote address ${targetText(target)}.`;
      return none(looked, listening(evidence, target.port));
    }
    case 'pid':
      return ofPids([target.pid], `pid ${target.pid}`, finder);
    case 'name':
      return named(target.name, evidence, finder);
  }
}

function named(name: string, evidence: Evidence, finder: ProcessFinder | null): Unmatched {
  const pids = finder?.pidsNamed(name) ?? [];
  if (pids.length > 0) return ofPids(pids, name, finder);
  const names = [...new Set(evidence.owners?.processes.map((process) => process.name))];
  const known = nearest(names, (other) => (other.includes(name) || name.includes(other) ? 0 : 1));
  const looked = finder
    ? `No process named ${name} runs here.`
    : `The table names no process ${name}.`;
  const instead =
    known.length === 0
      ? 'Ask for a port instead, such as :8080.'
      : `Holding sockets: ${known.join(', ')}.`;
  return { kind: 'hidden', text: `${looked} ${instead}` };
}

function ofPids(pids: readonly number[], what: string, finder: ProcessFinder | null): Unmatched {
  const hidden = pids.filter((pid) => finder?.mayList(pid) === false);
  if (hidden.length === 0)
    return none(`${what} holds no TCP socket in this network namespace.`, '');
  const processes = formatQuantity(hidden.length, 'process', 'processes');
  return {
    kind: 'hidden',
    text:
      `This user may not see which sockets ${what} holds (${processes} of another user). ` +
      'Run as root or as that user, or ask for a port instead, such as :8080.',
  };
}

function none(...sentences: readonly string[]): Unmatched {
  return { kind: 'none', text: sentences.filter((sentence) => sentence !== '').join(' ') };
}

/** The listeners, those with a similar number first: `:8080 (java)`. */
function listening({ owners, snapshots }: Evidence, port: number): string {
  const listeners = new Map<number, string>();
  for (const row of snapshots.at(-1)?.rows ?? []) {
    if (row.tcpState !== 'LISTEN') continue;
    const pids = owners?.byInode.get(row.inode ?? 0) ?? owners?.byRow?.get(row);
    const name = owners?.processes.find(({ pid }) => pid === pids?.[0])?.name;
    listeners.set(
      row.localPort,
      name === undefined ? `:${row.localPort}` : `:${row.localPort} (${name})`,
    );
  }
  if (listeners.size === 0) return 'No listener is in the table.';
  const ports = nearest([...listeners.keys()], (other) => Math.abs(other - port));
  return `Listening here: ${ports.map((each) => listeners.get(each)).join(', ')}.`;
}

const mostNamed = 5;

function nearest<T>(all: readonly T[], distance: (one: T) => number): readonly T[] {
  return [...all].sort((a, b) => distance(a) - distance(b)).slice(0, mostNamed);
}

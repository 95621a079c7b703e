import type { Counters, Evidence, Missing, SocketTable } from '@farewell/core';
import { cleanText } from './clean-text.ts';
import { type ParsedTables, parseTables } from './parse-tables.ts';

/** Why no evidence came out of a text. */
export interface TextError {
  /** `EMPTY_INPUT`: nothing but blanks. `NO_TABLE`: no table in any format that is read. */
  readonly code: 'EMPTY_INPUT' | 'NO_TABLE';
  /** What was expected, what came, and what to do. */
  readonly message: string;
}

export type EvidenceFromText =
  | { readonly ok: true; readonly evidence: Evidence }
  | { readonly ok: false; readonly error: TextError };

/** What is read, as a user would take it. */
export const TEXT_FORMATS: readonly string[] = [
  '`ss -tanoie` (also less of it)',
  '`cat /proc/net/tcp /proc/net/tcp6`',
  '`netstat -an` of Linux, BusyBox and macOS',
];

/**
 * Evidence from the text of tables taken elsewhere: one snapshot or several, with a line of `date` before
 * each for its time. Lines of `sysctl`, /proc/net/{netstat,snmp,sockstat} and `nstat -az` in the same text
 * are read too. Pure, linear in the text's length, and never throws. `label` says where the text came
 * from, by default "taken elsewhere".
 */
export function evidenceFromText(
  text: string,
  options: { readonly label?: string } = {},
): EvidenceFromText {
  const parsed = parseTables(cleanText(text));
  if (parsed.tables.length === 0) return { ok: false, error: errorOf(parsed) };
  return { ok: true, evidence: evidenceOf(parsed, options.label ?? 'taken elsewhere') };
}

function evidenceOf(parsed: ParsedTables, label: string): Evidence {
  const counters = parsed.counters.filter((one): one is Counters => one.at !== null);
  return {
    namespace: { inode: null, label },
    snapshots: oldestFirst(parsed.tables),
    owners: parsed.owners,
    settings: parsed.settings,
    counters: counters.toSorted((one, other) => one.at - other.at),
    missing: missingIn(parsed),
    platform: platformOf(parsed),
  };
}

/** By their times, if all have one; else in the order of the text. */
function oldestFirst(tables: readonly SocketTable[]): readonly SocketTable[] {
  if (tables.some(({ at }) => at === null)) return tables;
  return tables.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
}

function platformOf({ tables, macos }: ParsedTables): Evidence['platform'] {
  const linux = tables.some(({ source }) => source !== 'netstat-macos');
  if (linux === macos) return 'unknown';
  return linux ? 'linux' : 'macos';
}

function missingIn(parsed: ParsedTables): readonly Missing[] {
  const bsd = parsed.tables.every(({ source }) => source === 'netstat-macos');
  return [
    ...missingOwners(parsed, bsd),
    ...missingCounters(parsed, bsd),
    ...(parsed.settings === null && !bsd ? [NO_SETTINGS] : []),
  ];
}

function missingOwners({ owners, tables }: ParsedTables, bsd: boolean): readonly Missing[] {
  if (owners === null) {
    const take = bsd ? '`netstat -anv -p tcp`' : '`ss -tanoiep`, or `netstat -tanp`, as root';
    return [{ fact: 'owners', why: `the text names no processes: ${take} does` }];
  }
  const unnamed = tables.some(({ rows }) =>
    rows.some(
      ({ inode, tcpState }) =>
        tcpState !== 'TIME-WAIT' && inode !== null && inode !== 0 && !owners.byInode.has(inode),
    ),
  );
  if (!unnamed) return [];
  const why = 'some sockets belong to processes that the table does not name: take it as root';
  return [{ fact: 'owners-of-other-users', why }];
}

function missingCounters({ counters }: ParsedTables, bsd: boolean): readonly Missing[] {
  if (counters.some(({ at }) => at !== null) || bsd) return [];
  const why =
    counters.length > 0
      ? 'the text shows counters but not when they were read: print `date -Is` before them'
      : 'the text holds none: add `cat /proc/net/netstat /proc/net/snmp /proc/net/sockstat` after a `date -Is`';
  return [{ fact: 'counters', why }];
}

const NO_SETTINGS: Missing = {
  fact: 'settings',
  why: 'the text does not say how that machine is set: add `sysctl net.ipv4 net.core.somaxconn`',
};

function errorOf({ firstLine }: ParsedTables): TextError {
  const formats = TEXT_FORMATS.join(', ');
  if (firstLine === '') {
    return {
      code: 'EMPTY_INPUT',
      message: `Expected a table of sockets, got no text. Give the output of one of: ${formats}`,
    };
  }
  return {
    code: 'NO_TABLE',
    message: `Expected a table of sockets, got a text that begins with "${firstLine}". Give the output of one of: ${formats}`,
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import type { Evidence, SocketRow } from '@farewell/core';
import { evidenceFromText } from '../../src/tables-as-text/evidence-from-text.ts';

const folder = new URL('../fixtures/text/', import.meta.url);

/** The text of a recorded table, by its file's name. */
export function fixture(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

/** Names of all recorded and hand-written tables. */
export const fixtureNames: readonly string[] = readdirSync(folder).filter((name) =>
  name.endsWith('.txt'),
);

/** The evidence in a text that must hold some. */
export function evidenceIn(text: string): Evidence {
  const result = evidenceFromText(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.evidence;
}

/** The rows of a text's only, or first, table. */
export function rowsIn(text: string): readonly SocketRow[] {
  return evidenceIn(text).snapshots[0]?.rows ?? [];
}

/** The row with these ports; throws if there is none. */
export function rowBetween(
  rows: readonly SocketRow[],
  localPort: number,
  remotePort: number,
): SocketRow {
  const row = rows.find((row) => row.localPort === localPort && row.remotePort === remotePort);
  if (row === undefined) throw new Error(`no row between ${localPort} and ${remotePort}`);
  return row;
}

/** What identifies a socket and does not change while it does nothing. */
export function identity(row: SocketRow): string {
  const ends = `${row.localAddress} ${row.localPort} ${row.remoteAddress} ${row.remotePort}`;
  return `${row.family} ${row.tcpState} ${ends}`;
}

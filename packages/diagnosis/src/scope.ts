import type { Owners, SocketRow } from '@farewell/core';
import type { Attribute } from './attribution.ts';
import { covers, type Listeners } from './listeners.ts';
import type { Ownership } from './owners.ts';
import type { Target } from './report.ts';

/** What a target is looked up in: one table and who holds its sockets. */
interface ScopeContext {
  readonly rows: readonly SocketRow[];
  readonly listeners: Listeners;
  readonly attribute: Attribute;
  readonly ownership: Ownership;
  readonly owners: Owners | null;
}

/** Which sockets of a table the user asked about. */
export function scopeOf(target: Target, context: ScopeContext): (row: SocketRow) => boolean {
  switch (target.kind) {
    case 'namespace':
      return () => true;
    case 'port':
      return (row) => row.localPort === target.port || row.remotePort === target.port;
    case 'endpoint':
      return (row) => meets(row, target.address, target.port);
    case 'pid':
      return ofProcesses(new Set([target.pid]), context);
    case 'name':
      return ofProcesses(pidsNamed(target.name, context.owners), context);
  }
}

function meets(row: SocketRow, address: string, port: number): boolean {
  if (row.remotePort === port && row.remoteAddress === address) return true;
  if (row.localPort !== port) return false;
  if (row.tcpState === 'LISTEN') return covers(row.localAddress, address);
  return row.localAddress === address;
}

function pidsNamed(name: string, owners: Owners | null): ReadonlySet<number> {
  const named = owners?.processes.filter((process) => process.name === name) ?? [];
  return new Set(named.map((process) => process.pid));
}

/**
 * What a process holds, and what nobody holds but goes back to it: its listeners' TIME-WAITs and
 * orphans, and those to destinations where it, and no other process, has live connections.
 */
function ofProcesses(
  pids: ReadonlySet<number>,
  context: ScopeContext,
): (row: SocketRow) => boolean {
  const { ownership, listeners, attribute } = context;
  const owns = (row: SocketRow): boolean => ownership.allOf(row).some((pid) => pids.has(pid));
  const destinations = soleDestinations(owns, context);
  return (row) => {
    if (row.inode || ownership.allOf(row).length > 0) return owns(row);
    const listening = listeners.at(row.localAddress, row.localPort);
    if (listening.length > 0) return listening.some(owns);
    if (!destinations.has(destinationOf(row))) return false;
    return attribute(row).role === 'client';
  };
}

function soleDestinations(
  owns: (row: SocketRow) => boolean,
  { rows, listeners }: ScopeContext,
): ReadonlySet<string> {
  const ours = new Set<string>();
  const others = new Set<string>();
  for (const row of rows) {
    if (!row.inode || row.tcpState === 'LISTEN') continue;
    if (listeners.has(row.localAddress, row.localPort)) continue;
    (owns(row) ? ours : others).add(destinationOf(row));
  }
  for (const destination of others) ours.delete(destination);
  return ours;
}

/** `10.0.0.7:443`, `[2001:db8::7]:443`. */
export function destinationOf(row: SocketRow): string {
  return endpoint(row.remoteAddress, row.remotePort);
}

export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

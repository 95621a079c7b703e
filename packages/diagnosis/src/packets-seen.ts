import type { ConnectionInPackets, PacketTable, SocketRow } from '@farewell/core';
import type { PacketsSeen } from './report.ts';
import type { Scene } from './scene.ts';
import { seenInPackets as say } from './sentences/packets.ts';
import { rowsIn } from './services.ts';
import type { EvidenceItem, VerdictId } from './verdict.ts';

/** Captured packets, and the way from a socket to its connection in them. */
export interface InPackets {
  readonly table: PacketTable;
  /** Null: none of its packets was captured. */
  readonly of: (row: SocketRow) => ConnectionInPackets | null;
}

export function inPackets(table: PacketTable): InPackets {
  const byEnds = new Map<string, ConnectionInPackets>();
  for (const connection of table.live) {
    const { client, server } = connection;
    byEnds.set(`${client.address} ${client.port} ${server.address} ${server.port}`, connection);
  }
  return {
    table,
    of: ({ localAddress, localPort, remoteAddress, remotePort }) => {
      const local = `${localAddress} ${localPort}`;
      const remote = `${remoteAddress} ${remotePort}`;
      return byEnds.get(`${local} ${remote}`) ?? byEnds.get(`${remote} ${local}`) ?? null;
    },
  };
}

/** What the packets tell of the target as a whole; null: none were captured. */
export function packetsSeen({ packets, now }: Scene): PacketsSeen | null {
  if (!packets) return null;
  const { source, from, to, packets: count, lost, spoken } = packets.table;
  const live = now.services.flatMap((service) => rowsIn(service, 'ESTABLISHED', 'CLOSE-WAIT'));
  const silent = live.filter((row) => (packets.of(row)?.speaks ?? 'nothing') === 'nothing');
  return { source, from, to, packets: count, lost, spoken, silentSockets: silent.length };
}

/**
 * What packets add to a verdict about these sockets: how many speak WebSocket, and what packets say of
 * them. TIME-WAITs are counted, not kept: of them only the number with the same verdict is known.
 */
export function packetEvidence(
  { packets }: Scene,
  id: VerdictId,
  rows: readonly SocketRow[],
): readonly EvidenceItem[] {
  if (!packets) return [];
  if (rows.length === 0) return item(packets.table.verdicts.get(id) ?? 0, say.same);
  const seen = rows.flatMap((row) => packets.of(row) ?? []);
  const speaking = (speech: ConnectionInPackets['speaks']): number =>
    seen.filter(({ speaks }) => speaks === speech).length;
  const ids = [...new Set(seen.flatMap(({ verdicts }) => verdicts))];
  return [
    ...item(speaking('websocket'), say.webSocket),
    ...item(speaking('likely-websocket'), say.likelyWebSocket),
    ...ids.flatMap((other) => {
      const count = seen.filter(({ verdicts }) => verdicts.includes(other)).length;
      return item(count, other === id ? say.same : (some) => say.also(other, some));
    }),
  ];
}

function item(count: number, text: (count: number) => string): readonly EvidenceItem[] {
  return count === 0
    ? []
    : [{ value: count, unit: 'connections', text: text(count), source: 'packets' }];
}

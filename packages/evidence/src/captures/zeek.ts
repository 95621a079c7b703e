import type { Role } from '@farewell/core';
import type { CapturedSide } from './captured-connection.ts';

/**
 * Zeek's conn_state for a connection (docs.zeek.org, base/protocols/conn): how it began and ended, from
 * the originator's point of view. The client stands for the originator.
 */
export function zeekState(sides: Readonly<Record<Role, CapturedSide>>): string {
  const { client, server } = sides;
  if (!client.synSeen) return server.synSeen ? midstream(client, server) : 'OTH';
  if (!server.synSeen) return unanswered(client, server);
  if (server.reset !== null) return 'RSTR';
  if (client.reset !== null) return 'RSTO';
  if (client.fin !== null && server.fin !== null) return 'SF';
  if (client.fin !== null) return 'S2';
  return server.fin === null ? 'S1' : 'S3';
}

function unanswered(client: CapturedSide, server: CapturedSide): string {
  if (server.reset !== null) return 'REJ';
  if (client.reset !== null) return 'RSTOS0';
  if (client.fin !== null) return 'SH';
  return server.packets === 0 ? 'S0' : 'OTH';
}

function midstream(client: CapturedSide, server: CapturedSide): string {
  if (server.reset !== null) return 'RSTRH';
  return server.fin !== null && client.packets === 0 ? 'SHR' : 'OTH';
}

import type { Socket } from 'node:net';
import type { Role } from '@farewell/core';
import type { WebSocket } from 'ws';

/** RFC 6455 §5.5.2: FIN and the opcode; no mask, for it is a server's, and no payload. */
const emptyPing = Buffer.of(0x89, 0);

/** Whose ping it is. */
export interface PingSender {
  readonly ws: WebSocket;
  readonly socket: Socket | null;
  readonly local: Role;
}

/**
 * Sends an empty ping. A server's is the same two bytes each time, so that its socket can be given them: ws makes
 * three objects for it. ws gives every frame to the socket at once and as a whole, so that between two calls of it the
 * stream is at the end of a frame; a control frame may stand between any two (§5.4), and has no need to wait for a
 * message that is being compressed. A client has to mask: ws does that.
 */
export function sendPing({ ws, socket, local }: PingSender): void {
  const isReady = local === 'server' && ws.readyState === ws.OPEN && socket?.writable === true;
  if (isReady) socket.write(emptyPing);
  else ws.ping();
}

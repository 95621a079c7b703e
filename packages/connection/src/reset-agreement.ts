import type { IncomingHttpHeaders } from 'node:http';

/**
 * How the two ends agree in the opening handshake that the closing one may end in a reset: a client whose
 * `afterHandshake` is `reset` sends this header, and a server of the same mind sends it back. Others do not
 * know it, and a proxy that strips it leaves the connection to end by FIN.
 */
export const resetHeader = { name: 'Farewell-After-Handshake', value: 'reset' } as const;

/** Does the other side say so? */
export function mayReset(headers: IncomingHttpHeaders): boolean {
  return headers[resetHeader.name.toLowerCase()] === resetHeader.value;
}

import type { WebSocket } from 'ws';

/** As ws has it: a peer that sends pings and reads no pongs is cut off here. */
const mostUnsent = 60;

/**
 * The answers to the peer's pings (RFC 6455 §5.5.3), as ws gives them by itself, but made for the first ping: what ws
 * makes for it with each connection, 130 B, a server's seldom needs.
 */
export class Pongs {
  readonly #ws: WebSocket;
  readonly #sent = (): void => {
    this.#unsent -= 1;
  };
  #unsent = 0;

  constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  answer(payload: Buffer): void {
    const ws = this.#ws;
    if (ws.readyState !== ws.OPEN) return;
    if (this.#unsent >= mostUnsent) return ws.terminate();
    this.#unsent += 1;
    ws.pong(payload, undefined, this.#sent);
  }
}

/** Are the pongs ours to send? Whoever sets one of ws's own options on them leaves them to ws. */
export function arePongsOurs(options: object = {}): boolean {
  return !('autoPong' in options || 'maxPendingAutoPongs' in options);
}

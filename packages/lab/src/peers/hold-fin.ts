import type { Duplex } from 'node:stream';

/** `at-once`: as the library does it. `after-peer`: not before the peer's FIN is in. `never`: not at all. */
export type FinTiming = 'at-once' | 'after-peer' | 'never';

/**
 * Decides when `socket` sends its FIN, by the `end` that a WebSocket library finds on it. ws calls `end()`
 * when both Close frames have passed, and once more when the peer's FIN came; a call that comes too early
 * does nothing. The socket must allow half-open, else Node ends it on its own.
 */
export function timeFin(socket: Duplex, timing: FinTiming): void {
  if (timing === 'at-once') return;
  const end = socket.end.bind(socket);
  socket.end = () => {
    if (timing === 'after-peer' && socket.readableEnded) end();
    return socket;
  };
}

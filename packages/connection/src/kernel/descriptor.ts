import type { Socket } from 'node:net';

/** The file descriptor of a TCP or TLS socket; null: it has none (any more). Node has no public way to it. */
export function descriptorOf(socket: Socket): number | null {
  const { _handle: handle } = socket as Socket & {
    readonly _handle?: { readonly fd?: unknown } | null;
  };
  const fd = handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}

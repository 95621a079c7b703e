import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type Koffi from 'koffi';

/** The optional package koffi, and what its calls take. Throws where it is not installed. */
export function loadKoffi(): typeof Koffi {
  // Synchronously: what is sent next may depend on it.
  return createRequire(import.meta.url)('koffi') as typeof Koffi;
}

/** The file descriptor of an open socket. Throws an Error if it has none. */
export function descriptorOf(socket: Socket): number {
  const fd = openDescriptor(socket);
  if (fd !== null) return fd;
  throw new Error('Expected a connected TCP socket with a file descriptor, got none.');
}

/** The same; null: it has none (any more). */
export function openDescriptor(socket: Socket): number | null {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null;
  return typeof fd === 'number' && fd >= 0 ? fd : null;
}

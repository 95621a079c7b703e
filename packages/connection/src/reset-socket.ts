import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { resetOnClose } from './kernel/own-socket.ts';

/**
 * Closes the socket with RST, so that nothing remains of it in the kernel. Node can do that for TCP; for
 * TLS the kernel is told through koffi to reset on close, and without it Node closes the TCP socket below.
 * False: the socket was closed, but by FIN.
 */
export function resetSocket(socket: Socket): boolean {
  if (socket.connecting || socket.destroyed) {
    socket.destroy();
    return true;
  }
  if (!(socket instanceof TLSSocket)) {
    socket.resetAndDestroy();
    return true;
  }
  const reset = resetOnClose(socket) || resetBelow(socket);
  socket.destroy();
  return reset;
}

/** On a server Node keeps the TCP socket in `_parent`; a client of ours sees to it that it has one too. */
function resetBelow(socket: TLSSocket): boolean {
  const below: unknown = Reflect.get(socket, '_parent');
  if (!(below instanceof Socket)) return false;
  below.resetAndDestroy();
  return true;
}

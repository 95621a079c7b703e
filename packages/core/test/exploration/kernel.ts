import { nextTcpState, peerOf, type Role, type TcpEvent } from '../../src/index.ts';
import type { Side, Token, Truth, World } from './world.ts';

/** Two kernels that follow the table of RFC 9293, and a reliable ordered stream until it is cut. */

export function patch(world: World, role: Role, changes: Partial<Side>): World {
  return { ...world, [role]: { ...world[role], ...changes } };
}

export function patchTruth(world: World, role: Role, changes: Partial<Truth>): World {
  return patch(world, role, { truth: { ...world[role].truth, ...changes } });
}

/** An event of the table at one end. */
export function step(world: World, role: Role, event: TcpEvent): World {
  const tcpState = nextTcpState(world[role].tcpState, event);
  const stepped = patch(world, role, { tcpState });
  return tcpState === 'TIME-WAIT' ? patchTruth(stepped, role, { heldTimeWait: true }) : stepped;
}

/** Puts a token on the wire to the peer of `role`. */
export function emit(world: World, role: Role, token: Token): World {
  if (world.isCut) return world;
  const peer = peerOf(role);
  return patch(world, peer, { wire: [...world[peer].wire, token] });
}

/** RST goes out, the socket is gone. Nothing goes out where there is no connection any more. */
export function abort(world: World, role: Role): World {
  const { tcpState } = world[role];
  const dropped = patch(world, role, { buffer: [], unread: [] });
  if (tcpState === 'CLOSED' || tcpState === 'TIME-WAIT') return dropped;
  return emit(patchTruth(step(dropped, role, 'abort'), role, { sentRst: true }), role, 'RST');
}

/** The FIN itself goes out. */
export function sendFin(world: World, role: Role): World {
  const { tcpState } = world[role];
  if (tcpState !== 'ESTABLISHED' && tcpState !== 'CLOSE-WAIT') return world;
  const fin = tcpState === 'CLOSE-WAIT' ? 'answer' : 'first';
  return emit(patchTruth(step(world, role, 'close'), role, { fin }), role, 'FIN');
}

/** The last descriptor is closed: by the application, or because its process died. */
export function closeDescriptor(world: World, role: Role): World {
  // Facts of Linux: unread data turns the FIN into an RST (TCPAbortOnClose).
  const hasUnread = world[role].unread.some((token) => token !== 'FIN');
  const released = patch(world, role, { isOwned: false, buffer: [], unread: [] });
  return hasUnread ? abort(released, role) : sendFin(released, role);
}

/** One token reaches the kernel of `role`. */
export function arrive(world: World, role: Role, token: Token): World {
  const { tcpState } = world[role];
  switch (token) {
    case 'A':
      return step(world, role, 'receive-ack-of-fin');
    case 'RST':
      if (tcpState === 'TIME-WAIT' || tcpState === 'CLOSED') return world;
      return unread(
        patch(step(world, role, 'receive-rst'), role, { buffer: [], unread: [] }),
        role,
        token,
      );
    case 'FIN':
      if (tcpState === 'CLOSED') return refuse(world, role);
      return emit(unread(step(world, role, 'receive-fin'), role, token), role, 'A');
    default:
      if (tcpState === 'CLOSED') return refuse(world, role);
      if (tcpState === 'TIME-WAIT') return world;
      // TCPAbortOnData: data for a socket that nobody will read any more.
      return world[role].isOwned ? unread(world, role, token) : abort(world, role);
  }
}

function unread(world: World, role: Role, token: Token): World {
  const side = world[role];
  return side.isOwned ? patch(world, role, { unread: [...side.unread, token] }) : world;
}

function refuse(world: World, role: Role): World {
  return emit(patchTruth(world, role, { sentRst: true }), role, 'RST');
}

/** Which timer of this kernel may end the connection, if any. */
export function timerOf(world: World, role: Role): 'orphan-timeout' | 'retry-timeout' | null {
  const { tcpState, isOwned } = world[role];
  if (tcpState === 'CLOSED' || tcpState === 'TIME-WAIT') return null;
  if (isOwned) return world.isCut ? 'retry-timeout' : null;
  return world.isCut || tcpState === 'FIN-WAIT-2' ? 'orphan-timeout' : null;
}

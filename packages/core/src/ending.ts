import { neverOf, receivedFin, receivedRst } from './answers.ts';
import type { Connection } from './connection.ts';
import type { Never, Observation } from './observation.ts';
import type { Role, Unknown } from './tcp-state.ts';
import { peerOf } from './tcp-teardown.ts';

/**
 * The `ended` observation of a library, which has seen everything that its own application did and was
 * told. It swears to what its own end never did; about its kernel only to what it can know: a FIN may
 * have arrived unread, and a kernel resets on its own if data is left unread.
 */
export function endingOf(
  connection: Connection,
  role: Role,
  ended: { readonly at: number; readonly unflushedBytes: number | Unknown },
): Observation {
  const own = connection[role];
  const peer = connection[peerOf(role)];
  const readToTheEnd = receivedFin(connection, role) === 'yes';
  const wasCut = receivedRst(connection, role) === 'yes';
  const its = neverOf[role];
  const never: Never[] = [];
  const swear = (name: Never, sworn: boolean): void => {
    if (sworn) never.push(name);
  };
  swear('opened', connection.openedAt === null);
  swear(its['sent-close'], own.closeFrame === null);
  swear(its['received-close'], peer.closeFrame?.times[role] === undefined);
  const isCutOff = own.destroyed === null && (own.rst !== null || wasCut);
  swear(its['sent-fin'], own.fin === null && isCutOff);
  swear(its['sent-rst'], own.rst === null && (readToTheEnd || wasCut));
  swear(its['received-rst'], !wasCut);
  swear(its.aborted, own.destroyed === null && own.rst?.because == null);
  swear(its.failed, own.error === null);
  swear(its.threw, own.threw === null);
  swear(neverOf[peerOf(role)].violated, peer.violation === null);
  const { at, unflushedBytes } = ended;
  return { kind: 'ended', source: 'library', of: role, at, never, unflushedBytes };
}

import { receivedFin } from './answers.ts';
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
  const wasCut = [peer.rst, connection.foreignRst].some((rst) => rst?.times[role] !== undefined);
  const facts: readonly (readonly [Never, boolean])[] = [
    ['opened', connection.openedAt === null],
    [`${role}-sent-close`, own.closeFrame === null],
    [`${role}-received-close`, peer.closeFrame?.times[role] === undefined],
    [
      `${role}-sent-fin`,
      own.fin === null && own.destroyed === null && (own.rst !== null || wasCut),
    ],
    [`${role}-sent-rst`, own.rst === null && (readToTheEnd || wasCut)],
    [`${role}-received-rst`, !wasCut],
    [`${role}-aborted`, own.destroyed === null && own.rst?.because == null],
    [`${role}-failed`, own.error === null],
    [`${role}-threw`, own.threw === null],
    [`${peerOf(role)}-violated`, peer.violation === null],
  ];
  const never = facts.filter(([, sworn]) => sworn).map(([name]) => name);
  return { kind: 'ended', source: 'library', of: role, never, ...ended };
}

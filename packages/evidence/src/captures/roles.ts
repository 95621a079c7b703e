import { CLIENT_IS_SIDE_1, FLAGS, ROLE_BASIS_SHIFT, SIDE_STRIDE, type Slots } from './slots.ts';

// Places in `bases`.
export const BY_MASKING = 1;
export const BY_UPGRADE_REQUEST = 2;
export const BY_SYN = 3;

/** How it is known who the client is; the strongest last. `assumed`: nothing showed it. */
const bases = ['assumed', 'masking', 'upgrade-request', 'syn'] as const;

/**
 * How it is known who the client is: it sent the SYN, or the upgrade request, or it masks its frames.
 * `assumed`: nothing of this was seen, and the side with the lower port is called the server.
 */
export type RoleBasis = (typeof bases)[number];

const BASIS_MASK = 3 << ROLE_BASIS_SHIFT;

/** Remembers that `side` is the client, unless a stronger reason has said who is. `basis`: BY_SYN or the like. */
export function setClient(slots: Slots, side: number, basis: number): void {
  const flags = slots.word(FLAGS);
  const strength = basis << ROLE_BASIS_SHIFT;
  if (strength <= (flags & BASIS_MASK)) return;
  const rest = flags & ~(BASIS_MASK | CLIENT_IS_SIDE_1);
  slots.setWord(FLAGS, rest | strength | (side === SIDE_STRIDE ? CLIENT_IS_SIDE_1 : 0));
}

export function roleBasis(slots: Slots): RoleBasis {
  return bases[(slots.word(FLAGS) & BASIS_MASK) >> ROLE_BASIS_SHIFT] ?? 'assumed';
}

/** The client's side, as far as it was remembered: 0 or SIDE_STRIDE. */
export function clientSide(slots: Slots): number {
  return (slots.word(FLAGS) & CLIENT_IS_SIDE_1) === 0 ? 0 : SIDE_STRIDE;
}

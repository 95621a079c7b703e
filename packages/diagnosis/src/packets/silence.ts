import type { Role } from '@farewell/core';
import { looksLikeSetting, matchingTimeouts } from './idle-timeouts.ts';
import { framesKnown, resetAt, roles } from './rule.ts';
import type { WireConnection } from './wire-connection.ts';

/** A connection that was cut after a silence. */
export interface Cut {
  /** In whose name: whoever cut may stand between the two. */
  readonly by: Role;
  /** Without payload either way before the cut, ms. */
  readonly silence: number;
}

/** The cut, if the connection is a WebSocket that ended without a Close frame after a silence that looks like a timeout. */
export function cutAfterSilence(connection: WireConnection): Cut | null {
  const { endBeganAt, lastDataBeforeEndAt, sides, webSocket } = connection;
  if (webSocket === false || !endBeganAt || !lastDataBeforeEndAt) return null;
  if (!roles.every((role) => framesKnown(connection, role))) return null;
  if (roles.some((role) => sides[role].closeFrame?.at === endBeganAt)) return null;
  const silence = endBeganAt - lastDataBeforeEndAt;
  if (matchingTimeouts(silence).length === 0 && !looksLikeSetting(silence)) return null;
  const by = roles.find((role) => {
    const { fin } = sides[role];
    return fin?.at === endBeganAt || resetAt(sides[role]) === endBeganAt;
  });
  return by === undefined ? null : { by, silence };
}

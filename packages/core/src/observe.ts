import { type Connection, draftOf, isEnded } from './connection.ts';
import { learn } from './learn.ts';
import type { Observation } from './observation.ts';
import { isSound } from './sound.ts';

/**
 * Takes one observation in, see learn.ts. Total and pure: it never throws, changes nothing that it is given,
 * and returns the connection as it was for what makes no sense.
 */
export function observe(connection: Connection, observation: Observation): Connection {
  return observeAll(connection, [observation]);
}

/** All of them, in order. */
export function observeAll(
  connection: Connection,
  observations: Iterable<Observation>,
): Connection {
  let draft = null;
  for (const observation of observations) {
    if (!isSound(observation)) continue;
    if (observation.source === 'library' && isEnded(draft ?? connection)) continue;
    draft ??= draftOf(connection);
    learn(draft, observation, observation);
  }
  return draft ?? connection;
}

import { type Connection, decide, type End } from '../../src/index.ts';

/** Faulty copies of `decide`, each of which the exploration must find: it can fail. */

type Decide = typeof decide;

/** Waits for a FIN without end. */
export const forgetful: Decide = (connection, policy, now) => {
  const { actions, deadline } = decide(connection, policy, now);
  return { actions, deadline: deadline?.name === 'fin' ? null : deadline };
};

/** Never holds back its FIN. */
export const eager: Decide = (connection, policy, now) =>
  decide(connection, { ...policy, firstFin: policy.local }, now);

/** Sends FIN right behind its Close frame. */
export const hasty: Decide = (connection, policy, now) => {
  const { actions, deadline } = decide(connection, policy, now);
  const own = connection[policy.local];
  const isDone = actions.length > 0 || !own.closeFrame || own.finQueuedAt !== null;
  if (isDone) return { actions, deadline };
  return { actions: [{ kind: 'send-fin', because: 'policy' }], deadline };
};

/** Takes every Close frame for a reply. */
export const reckless: Decide = (connection, policy, now) => {
  const trusting: Connection = {
    ...connection,
    client: asReply(connection.client),
    server: asReply(connection.server),
  };
  return decide(trusting, policy, now);
};

function asReply(end: End): End {
  const { closeFrame } = end;
  return { ...end, closeFrame: closeFrame && { ...closeFrame, hadPeerClose: true } };
}

/** Says something else each time. */
export function moody(): Decide {
  let asked = 0;
  return (connection, policy, now) => {
    asked += 1;
    const { actions } = decide(connection, policy, now);
    return { actions, deadline: { name: 'fin', at: asked } };
  };
}

import { firstFinByClient as say } from '../../sentences/packets.ts';
import { duration } from '../../words.ts';
import { found, type PacketRule, span } from '../rule.ts';

/** After both Close frames the server should have sent the first FIN. RFC 6455 §7.1.1. */
export const firstFinByClient: PacketRule = ({ connection, outcome }) => {
  const { client, server } = connection.sides;
  if (outcome.tcp.firstFin !== 'client') return [];
  if (!client.fin || !client.closeFrame || !server.closeFrame) return [];
  // Before the server's Close frame had arrived it is another fault: fin-before-close-reply.
  if (client.fin.hadPeerClose !== true) return [];
  const handshakeDoneAt = Math.max(client.closeFrame.at, server.closeFrame.at);
  const wait = Math.max(0, client.fin.at - handshakeDoneAt);
  return found({
    id: 'first-fin-by-client',
    severity: 'note',
    confidence: outcome.tcp.basis === 'packets' ? 'certain' : 'likely',
    by: 'client',
    summary: say.summary,
    evidence: [span(wait, say.wait(duration(wait)))],
    do: say.do,
  });
};

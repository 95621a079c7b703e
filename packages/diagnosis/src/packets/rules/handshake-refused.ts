import { handshakeRefused as say } from '../../sentences/packets.ts';
import { found, type PacketRule, seen } from '../rule.ts';
import type { WireHandshake } from '../wire-connection.ts';

/** The upgrade was answered, and not with a WebSocket. RFC 6455 §4.1. */
export const handshakeRefused: PacketRule = ({ connection }) => {
  const { handshake } = connection;
  const why = handshake && refusal(handshake);
  if (!handshake || !why) return [];
  const { serverSoftware, status } = handshake;
  return found({
    id: 'handshake-refused',
    severity: 'problem',
    confidence: 'certain',
    by: 'server',
    summary: say.summary,
    evidence: [
      seen(why, status, 'HTTP status'),
      ...(serverSoftware === null ? [] : [seen(say.answeredBy(serverSoftware))]),
    ],
    do: say.do(status),
  });
};

/** Why the answer makes the client give up (RFC 6455 §4.1); null: it does not, or there was none. */
export function refusal({ status, accept, upgradeHeader }: WireHandshake): string | null {
  if (status === null) return null;
  if (status !== 101) return say.status(status);
  if (upgradeHeader === false) return say.noUpgrade;
  return accept === 'wrong' || accept === 'absent' ? say.accept[accept] : null;
}

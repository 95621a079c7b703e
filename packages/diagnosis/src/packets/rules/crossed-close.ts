import { crossedClose as say } from '../../sentences/packets.ts';
import { found, type PacketRule, seen } from '../rule.ts';

/** Each side sent Close before it had received the other's: both began, neither answered. */
export const crossedClose: PacketRule = ({ connection, outcome }) => {
  const { client, server } = connection.sides;
  if (outcome.order !== 'crossed' || !client.closeFrame || !server.closeFrame) return [];
  const codes = [client.closeFrame.statusCode, server.closeFrame.statusCode] as const;
  return found({
    id: 'crossed-close',
    severity: 'note',
    confidence: 'certain',
    by: null,
    summary: say.summary,
    evidence: [seen(say.codes(...codes)), seen(say.proof)],
    do: say.do,
  });
};

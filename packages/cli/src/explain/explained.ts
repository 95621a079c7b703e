import { type CloseOutcome, type Holder, peerOf, type Role } from '@farewell/core';
import {
  type ConnectionVerdict,
  diagnoseConnection,
  rulesOf,
  type WireCase,
} from '@farewell/diagnosis';
import type { CapturedConnection, Shape } from '@farewell/evidence';
import { type Conclusion, Conclusions } from './conclusions.ts';
import { ShapeMap } from './shape-map.ts';

/** How a connection ended, as the summary counts it. `fin` and `reset`: TCP ended; no Close frame was seen or expected. */
export type EndingKind =
  | 'closing-handshake'
  | 'without-close-frame'
  | 'half-a-handshake'
  | 'fin'
  | 'reset'
  | 'refused'
  | 'open'
  | 'half-closed';

/** A captured connection and everything that is concluded from it. */
export interface Explained {
  readonly connection: CapturedConnection;
  /** Of a connection that has not ended: as far as the capture shows. */
  readonly outcome: CloseOutcome;
  readonly ending: EndingKind;
  /** The outcome in one line. */
  readonly text: string;
  readonly tcp: ExplainedTcp;
  readonly verdicts: readonly ConnectionVerdict[];
}

export interface ExplainedTcp {
  readonly firstFin: Holder;
  readonly reset: Exclude<Holder, 'unknown'>;
  readonly timeWait: Holder;
}

/**
 * Explains the connections of one capture, in the order in which they are reported. `shape`: the connection's,
 * if it has one; what its kind has in common is then found out once.
 */
export type Explainer = (connection: CapturedConnection, shape?: Shape | null) => Explained;

/** What connections of one shape have in common. */
interface Alike extends Pick<Explained, 'ending' | 'tcp'> {
  /** The rules that have something to say. */
  readonly rules: ReturnType<typeof rulesOf>;
}

/**
 * A capture that has lost packets of one connection may have lost those of another without a trace:
 * the explainer remembers it for those that are reported later.
 */
export function createExplainer(): Explainer {
  const conclusions = new Conclusions();
  const byShape = new ShapeMap<Alike>();
  let lostElsewhere: WireCase['lostElsewhere'] = 'none-known';
  return (connection, shape = null) => {
    const alike = shape === null ? undefined : byShape.get(shape);
    const conclusion = conclusions.of(connection, shape);
    const explained = explain({ connection, conclusion, lostElsewhere }, alike);
    if (connection.captureLost) lostElsewhere = 'packets';
    if (shape !== null && alike === undefined) byShape.add(shape, alikeTo(explained));
    return explained;
  };
}

function alikeTo({ ending, tcp, verdicts }: Explained): Alike {
  return { ending, tcp, rules: rulesOf(verdicts) };
}

interface Concluded extends Pick<WireCase, 'lostElsewhere'> {
  readonly connection: CapturedConnection;
  readonly conclusion: Conclusion;
}

function explain(
  { connection, conclusion: { outcome, text }, lostElsewhere }: Concluded,
  alike: Alike | undefined,
): Explained {
  const { endedAt, lastPacketAt } = connection;
  // What does not come behind its end tells nothing of a connection.
  const observedUntil = endedAt === null ? connection.observedUntil : lastPacketAt;
  const wire = { connection, outcome, observedUntil, lostElsewhere };
  return {
    connection,
    outcome,
    ending: alike?.ending ?? endingOf(connection),
    text: textOf(connection, text),
    tcp: alike?.tcp ?? tcpOf(connection, outcome),
    verdicts: diagnoseConnection(wire, alike?.rules),
  };
}

function endingOf(connection: CapturedConnection): EndingKind {
  const { client, server } = connection.sides;
  const { webSocket, handshake, endedAt } = connection;
  const status = handshake?.status ?? null;
  if (status !== null && status !== 101) return 'refused';
  if (client.closeFrame && server.closeFrame) return 'closing-handshake';
  const isReset = resetBy(connection) !== 'none';
  if (endedAt === null && !(client.fin && server.fin)) {
    if (client.closeFrame || server.closeFrame) return 'half-a-handshake';
    return client.fin || server.fin ? 'half-closed' : 'open';
  }
  if (webSocket === false) return isReset ? 'reset' : 'fin';
  if (client.closeFrame || server.closeFrame) return 'half-a-handshake';
  return isReset ? 'reset' : 'without-close-frame';
}

function tcpOf(connection: CapturedConnection, { tcp }: CloseOutcome): ExplainedTcp {
  const reset = resetBy(connection);
  const { sides } = connection;
  const isOpen = connection.endedAt === null && connection.seen === 'both';
  if (isOpen && !sides.client.fin && !sides.server.fin)
    return {
      firstFin: connection.began === 'syn' ? 'none' : tcp.firstFin,
      reset,
      timeWait: 'none',
    };
  // The other side took the one FIN that there is and has sent none: no other can have been first.
  const lone = roles.find((role) => sides[role].fin?.ackedAt != null && !sides[peerOf(role)].fin);
  if (isOpen && tcp.firstFin === 'unknown' && lone)
    return { firstFin: lone, reset, timeWait: tcp.timeWait };
  return { firstFin: tcp.firstFin, reset, timeWait: tcp.timeWait };
}

/** Who sent an RST that its receiver would accept. */
function resetBy({ sides }: CapturedConnection): ExplainedTcp['reset'] {
  const did = (role: Role): boolean => {
    const { reset } = sides[role];
    return reset !== null && reset.validity !== 'outside-window';
  };
  if (did('client')) return did('server') ? 'both' : 'client';
  return did('server') ? 'server' : 'none';
}

const roles = ['client', 'server'] as const;
const framesFacts = 2;

/** The core's line. Without WebSocket the two facts about Close frames, which come first, say nothing. */
function textOf(connection: CapturedConnection, described: string): string {
  if (isRefused(connection)) return 'connection refused: the answer to the SYN was RST';
  const { endedAt, payload, webSocket } = connection;
  // Most connections: nothing to leave out or to add, so nothing to take apart.
  if (endedAt !== null && webSocket !== false && payload !== 'tls') return described;
  const facts = factsIn(described);
  const relevant = connection.webSocket === false ? facts.slice(framesFacts) : facts;
  const hidden = connection.payload === 'tls' ? ['TLS hides any Close frames'] : [];
  if (connection.endedAt !== null) return [...relevant, ...hidden].join('; ');
  // Of a connection that goes on, a Close frame that was not seen may still come: nothing to be said.
  const sent = facts.slice(0, framesFacts).filter((fact) => !fact.startsWith('unknown'));
  return [...sent, ...hidden, openText(connection)].join('; ');
}

/** The reason of a Close frame, in quotation marks, may hold what separates the facts. */
function factsIn(described: string): readonly string[] {
  const facts = described.match(/(?:"(?:[^"\\]|\\.)*"|[^";]|;(?! ))+/g) ?? [];
  return facts.map((fact) => fact.trimStart());
}

function isRefused({ sides }: CapturedConnection): boolean {
  const { client, server } = sides;
  return client.synSeen && !server.synSeen && server.reset?.validity === 'exact' && !client.fin;
}

function openText({ sides, reportedBecause }: CapturedConnection): string {
  const { client, server } = sides;
  const until =
    reportedBecause === 'evicted' ? 'when it was given up' : 'at the end of the capture';
  if (client.fin && server.fin) return 'both FINs were sent, the last acknowledgment was not seen';
  if (client.fin || server.fin)
    return `the ${client.fin ? 'client' : 'server'} had sent FIN, the other side had not, ${until}`;
  return `still open ${until}`;
}

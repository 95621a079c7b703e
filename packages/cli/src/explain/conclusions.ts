import {
  type CloseOutcome,
  type Connection,
  describeOutcome,
  type Observation,
  observeAll,
  outcome,
  type Phases,
  type Role,
  unseenConnection,
} from '@farewell/core';
import {
  type CapturedConnection,
  type CapturedSide,
  observationsFromConnection,
  type Shape,
} from '@farewell/evidence';
import { ShapeMap } from './shape-map.ts';

/** What the core concludes from a connection: its outcome, and that in one line. */
export interface Conclusion {
  readonly outcome: CloseOutcome;
  readonly text: string;
}

/** So that a capture full of different reasons cannot take all memory. */
const mostShapes = 4096;

/**
 * Concludes once what many connections have in common. On the wire an outcome depends on what was seen,
 * and its phases alone on when: connections of one shape share the rest.
 */
export class Conclusions {
  readonly #byText = new Map<string, Shared>();
  readonly #byShape = new ShapeMap<Shared>();

  /** The conclusion, which is the core's own whatever was concluded before. `shape`: the connection's, if it has one. */
  of(connection: CapturedConnection, shape: Shape | null = null): Conclusion {
    const { known, reached } =
      shape === null ? this.#shared(connection) : this.#ofShape(connection, shape);
    const own = { ...reached, phases: phasesOf(connection) };
    return { outcome: own, text: describeOutcome(known, own) };
  }

  /** A shape holds everything but the reasons, which are the same more often than not. */
  #ofShape(connection: CapturedConnection, shape: Shape): Shared {
    const before = this.#byShape.get(shape);
    if (before !== undefined && hasReasonsOf(connection, before.known)) return before;
    const shared = this.#shared(connection);
    if (before === undefined) this.#byShape.add(shape, shared);
    return shared;
  }

  #shared(connection: CapturedConnection): Shared {
    const text = textOf(connection);
    const before = this.#byText.get(text);
    if (before !== undefined) return before;
    const shared = conclude(connection);
    if (this.#byText.size < mostShapes) this.#byText.set(text, shared);
    return shared;
  }
}

/** Of the first of the connections that share it. */
interface Shared {
  readonly known: Connection;
  readonly reached: CloseOutcome;
}

function conclude(connection: CapturedConnection): Shared {
  const known = observeAll(unseenConnection('wire'), concluded(connection));
  const reached = outcome(known);
  if (reached === null) throw new Error('Expected an outcome of a connection that was ended');
  return { known, reached };
}

/** The observations, with an end that swears to nothing where the capture ended before the connection. */
function concluded(connection: CapturedConnection): readonly Observation[] {
  const observations = observationsFromConnection(connection);
  if (connection.endedAt !== null) return observations;
  const at = connection.lastPacketAt;
  const end = { at, kind: 'ended', of: 'wire', never: [], unflushedBytes: 'unknown' } as const;
  return [...observations, { ...end, source: 'packets' }];
}

function hasReasonsOf({ sides }: CapturedConnection, { client, server }: Connection): boolean {
  return (
    sides.client.closeFrame?.reason === client.closeFrame?.reason &&
    sides.server.closeFrame?.reason === server.closeFrame?.reason
  );
}

/** Everything that the observations tell, but for times and sizes. The reasons come last: they may hold anything. */
function textOf(connection: CapturedConnection): string {
  const { began, endedAt, handshake, seen, webSocket } = connection;
  const { client, server } = connection.sides;
  const answered = handshake?.respondedAt == null ? '-' : handshake.status;
  const whole = `${began},${endedAt === null},${seen},${webSocket},${answered}`;
  const first = client.closeFrame?.reason ?? '';
  const reasons = `${first.length},${first}${server.closeFrame?.reason ?? ''}`;
  return `${whole};${sideShape(client)};${sideShape(server)};${reasons}`;
}

/** One of few short texts: they are compared for every connection. */
function sideShape(side: CapturedSide): string {
  const { closeFrame, fin, gaps, lastDataAt, reset, tls, truncated, unknownFrom } = side;
  const close =
    closeFrame === null ? '' : `${closeFrame.statusCode}${letterOf(closeFrame.hadPeerClose)}`;
  const finished = fin === null ? '' : letterOf(fin.hadPeerFin) + letterOf(fin.ackedAt === null);
  const notified = tls?.closeNotify === 'seen' && lastDataAt !== null;
  const isWhole = gaps === 0 && !truncated && unknownFrom === null;
  return `${close},${finished},${reset === null ? '' : reset.validity},${letterOf(notified)}${letterOf(isWhole)}`;
}

function letterOf(value: boolean | 'unknown'): string {
  if (value === 'unknown') return 'u';
  return value ? 't' : 'f';
}

function phasesOf({ handshake, lastPacketAt, sides }: CapturedConnection): Phases {
  const { client, server } = sides;
  const resets = [resetAt(client), resetAt(server)].filter((at) => at !== null);
  return {
    connectingAt: 'unknown',
    openedAt: handshake?.status === 101 ? (handshake.respondedAt ?? 'unknown') : 'unknown',
    closeAt: times(sides, ({ closeFrame }) => closeFrame),
    finAt: times(sides, ({ fin }) => fin),
    rstAt: resets.length === 0 ? 'unknown' : Math.min(...resets),
    endedAt: lastPacketAt,
  };
}

/** When a reset came that its receiver would take. */
function resetAt({ reset }: CapturedSide): number | null {
  return reset === null || reset.validity === 'outside-window' ? null : reset.at;
}

function times(
  { client, server }: Readonly<Record<Role, CapturedSide>>,
  what: (side: CapturedSide) => { readonly at: number } | null,
): Phases['closeAt'] {
  return { client: what(client)?.at ?? 'unknown', server: what(server)?.at ?? 'unknown' };
}

import type { Connection, End, Sighting, Times } from './connection.ts';
import { isEnded } from './connection.ts';
import type { Fact, Observation, Seen, Vantage } from './observation.ts';
import { isSound } from './sound.ts';
import type { Role, Unknown } from './tcp-state.ts';

/**
 * Takes one observation in. Total: it never throws, and returns the connection as it was for what makes
 * no sense. Facts are kept with the earliest time at which they were seen, and current values with the
 * latest, so that duplicates change nothing and the order of arrival does not matter. Once the
 * connection has ended, the library's word is final; other sources may still fill in what is unknown.
 */
export function observe(connection: Connection, observation: Observation): Connection {
  if (!isSound(observation)) return connection;
  if (observation.source === 'library' && isEnded(connection)) return connection;
  return fold(witnessed(connection, observation), observation);
}

/**
 * `observe` without TCP, for a client in a browser, to which nothing else is shown, and where each kilobyte
 * counts: the observation is the client's own, so its shape is not checked.
 */
export function observeSession(connection: Connection, observation: Session & Seen): Connection {
  return isEnded(connection) ? connection : foldSession(connection, observation);
}

/** All of them, in order. */
export function observeAll(
  connection: Connection,
  observations: Iterable<Observation>,
): Connection {
  let known = connection;
  for (const observation of observations) known = observe(known, observation);
  return known;
}

/** What concerns the WebSocket and its application, and not TCP. */
export type Session = Extract<
  Fact,
  {
    readonly kind:
      | 'connecting'
      | 'opened'
      | 'ended'
      | 'close-frame'
      | 'destroyed'
      | 'error'
      | 'unsent'
      | 'application';
  }
>;

type Kind<K extends Observation['kind']> = Extract<Observation, { readonly kind: K }>;

function foldSession(c: Connection, o: Session & Seen): Connection {
  switch (o.kind) {
    case 'connecting':
      return { ...c, connectingAt: earlier(c.connectingAt, o.at) };
    case 'opened':
      return { ...c, openedAt: earlier(c.openedAt, o.at) };
    case 'ended':
      return ended(c, o);
    case 'close-frame':
      return change(c, o.by, closeFrame(c[o.by], o));
    case 'destroyed':
      return change(c, o.of, {
        destroyed: first(c[o.of].destroyed, { at: o.at, because: o.because }),
      });
    case 'error': {
      const { at, errno, message } = o;
      return change(c, o.of, { error: first(c[o.of].error, { at, errno, message }) });
    }
    case 'unsent':
      return change(c, o.of, { unsent: unsent(c[o.of].unsent, o.at, o.bytes) });
    case 'application':
      return change(c, o.of, application(c[o.of], o));
  }
}

function fold(c: Connection, o: Observation): Connection {
  switch (o.kind) {
    case 'refused':
      return { ...c, refused: first(c.refused, refusal(o)) };
    case 'gap':
      return gap(c, o.missing);
    case 'rst':
      return rst(c, o);
    case 'fin':
      return change(c, o.by, fin(c[o.by], o));
    case 'tls-close-notify':
      return change(c, o.by, { closeNotifyAt: earlier(c[o.by].closeNotifyAt, o.at) });
    case 'fin-acked':
      return change(c, o.by, { finAckedAt: earlier(c[o.by].finAckedAt, o.at) });
    case 'data':
    case 'ping':
    case 'pong':
      return change(c, o.by, heard(c[o.by], o));
    case 'violation': {
      const { at, statusCode, section } = o;
      return change(c, o.by, { violation: first(c[o.by].violation, { at, statusCode, section }) });
    }
    case 'retransmission':
      return change(c, o.by, { retransmittedAt: later(c[o.by].retransmittedAt, o.at) });
    case 'fin-queued':
    case 'tcp-state':
    case 'unread':
    case 'reading':
      return change(c, o.of, ofOneEnd(c[o.of], o));
    default:
      return foldSession(c, o);
  }
}

type OfOneEnd = Kind<'fin-queued' | 'tcp-state' | 'unread' | 'reading'>;

function ofOneEnd(end: End, o: OfOneEnd): Partial<End> {
  const { at } = o;
  switch (o.kind) {
    case 'fin-queued':
      return { finQueuedAt: earlier(end.finQueuedAt, at) };
    case 'tcp-state':
      return {
        tcpStates: {
          ...end.tcpStates,
          [o.tcpState]: earlier(end.tcpStates[o.tcpState] ?? null, at),
        },
        owned: latest(end.owned, { at, is: o.owned }),
      };
    case 'unread':
      return { unread: latest(end.unread, { at, bytes: o.bytes }) };
    case 'reading':
      return end.reading?.paused === o.paused
        ? {}
        : { reading: latest(end.reading, { at, paused: o.paused }) };
  }
}

function application(end: End, o: Kind<'application'>): Partial<End> {
  const { at } = o;
  switch (o.did) {
    case 'terminate':
      return { terminatedAt: earlier(end.terminatedAt, at) };
    case 'exited':
      return { exitedAt: earlier(end.exitedAt, at) };
    case 'threw':
      return { threw: first(end.threw, { at, message: o.message ?? '' }) };
    case 'close':
    case 'drain': {
      const { statusCode = null, reason = '' } = o;
      const wanted = { at, statusCode, reason, because: because(o.did) };
      return {
        closeWanted: first(end.closeWanted, wanted),
        ...(o.did === 'drain' && { drainAt: earlier(end.drainAt, at) }),
      };
    }
  }
}

function because(did: 'close' | 'drain'): 'application' | 'drain' {
  return did === 'drain' ? 'drain' : 'application';
}

function refusal({
  at,
  httpStatus,
  retryAfter = null,
}: Kind<'refused'>): NonNullable<Connection['refused']> {
  return { at, httpStatus, retryAfter };
}

function closeFrame(end: End, o: Kind<'close-frame'>): Partial<End> {
  const known = end.closeFrame;
  const { statusCode, reason } = known ?? o;
  const hadPeerClose = merged(known?.hadPeerClose, o.hadPeerClose);
  return { closeFrame: { ...sighting(known, o), statusCode, reason, hadPeerClose } };
}

function fin(end: End, o: Kind<'fin'>): Partial<End> {
  const hadPeerFin = merged(end.fin?.hadPeerFin, o.hadPeerFin);
  return { fin: { ...sighting(end.fin, o), hadPeerFin } };
}

function rst(c: Connection, o: Kind<'rst'>): Connection {
  return o.by === 'unknown'
    ? { ...c, foreignRst: sighting(c.foreignRst, o) }
    : change(c, o.by, { rst: sighting(c[o.by].rst, o) });
}

function heard(end: End, o: Kind<'data' | 'ping' | 'pong'>): Partial<End> {
  if (o.seenAt !== o.by) return { heardAt: later(end.heardAt, o.at) };
  return o.kind === 'ping' ? { pingAt: later(end.pingAt, o.at) } : {};
}

function unsent(known: End['unsent'], at: number, bytes: number): End['unsent'] {
  if (known && known.at > at) return known;
  const began = !known || known.bytes === 0;
  const since = began ? at : known.since;
  const progressAt = began || bytes < known.bytes ? at : known.progressAt;
  return { at, bytes, since, progressAt };
}

function ended(c: Connection, o: Kind<'ended'>): Connection {
  const never = Object.fromEntries(o.never.filter(isText).map((name) => [name, true]));
  return {
    ...c,
    endedAt: { ...c.endedAt, [o.of]: earlier(c.endedAt[o.of] ?? null, o.at) },
    never: { ...c.never, ...never },
    unflushedBytes: o.of === c.vantage ? o.unflushedBytes : c.unflushedBytes,
  };
}

const isText = (value: unknown): boolean => typeof value === 'string';
const gapsKept = 8;

function gap(c: Connection, missing: string): Connection {
  if (c.gaps.includes(missing) || c.gaps.length >= gapsKept) return c;
  return { ...c, gaps: [...c.gaps, missing] };
}

const aboutTcp = /* @__PURE__ */ new Set<Observation['kind']>([
  'fin',
  'fin-acked',
  'rst',
  'tcp-state',
]);

/** Remembers who has told something about TCP, for `basis`. */
function witnessed(c: Connection, o: Observation): Connection {
  if (!aboutTcp.has(o.kind)) return c;
  const { kernel, packets } = c.tcpSeenBy;
  const byPackets = o.source === 'packets';
  return { ...c, tcpSeenBy: { kernel: kernel || !byPackets, packets: packets || byPackets } };
}

function change(c: Connection, role: Role, changes: Partial<End>): Connection {
  return { ...c, [role]: { ...c[role], ...changes } };
}

function sighting(
  known: Sighting | null,
  o: { at: number; seenAt: Vantage; because?: Sighting['because'] },
): Sighting {
  const times: Times = known?.times ?? {};
  return {
    times: { ...times, [o.seenAt]: earlier(times[o.seenAt] ?? null, o.at) },
    because: known?.because ?? o.because ?? null,
  };
}

/** Two words on one fact: what is known wins over what is not, and `false`, which claims less, over `true`. */
function merged(a: boolean | Unknown | undefined, b: boolean | Unknown): boolean | Unknown {
  if (a === undefined || a === 'unknown') return b;
  if (b === 'unknown') return a;
  return a && b;
}

function earlier(known: number | null, at: number): number {
  return known === null ? at : Math.min(known, at);
}

function later(known: number | null, at: number): number {
  return known === null ? at : Math.max(known, at);
}

function first<T extends { readonly at: number }>(known: T | null, seen: T): T {
  return known && known.at <= seen.at ? known : seen;
}

function latest<T extends { readonly at: number }>(known: T | null, seen: T): T {
  return known && known.at > seen.at ? known : seen;
}

import type { Because } from './cause.ts';
import type { Connection, Draft, DraftEnd, Sighting, Times } from './connection.ts';
import { isEnded } from './connection.ts';
import type { Observation, Vantage } from './observation.ts';
import type { Role, Unknown } from './tcp-state.ts';

/**
 * `observe` for whoever owns the connection and vouches for the observation: in place, and without a check
 * of its shape. Facts are kept with the earliest time at which they were seen, and current values with the
 * latest, so that duplicates change nothing and the order of arrival does not matter. Once the connection
 * has ended, the library's word is final; other sources may still fill in what is unknown.
 */
export function learn(c: Draft, o: Observation): void {
  if (o.source === 'library' && isEnded(c)) return;
  switch (o.kind) {
    case 'connecting':
      c.connectingAt = earlier(c.connectingAt, o.at);
      return;
    case 'opened':
      c.openedAt = earlier(c.openedAt, o.at);
      return;
    case 'refused':
      c.refused = first(c.refused, refusal(o));
      return;
    case 'ended':
      return ended(c, o);
    case 'gap':
      return gap(c, o.missing);
    case 'rst':
      return rst(c, o);
    case 'fin':
    case 'fin-acked':
      witnessed(c, o.source);
      return learnBy(c[o.by], o);
    case 'tcp-state':
      witnessed(c, o.source);
      return learnOf(c[o.of], o);
    case 'close-frame':
    case 'tls-close-notify':
    case 'data':
    case 'ping':
    case 'pong':
    case 'retransmission':
    case 'violation':
      return learnBy(c[o.by], o);
    default:
      return learnOf(c[o.of], o);
  }
}

type Kind<K extends Observation['kind']> = Extract<Observation, { readonly kind: K }>;
type By = Extract<Observation, { readonly by: Role }>;
type Of = Extract<Observation, { readonly of: Role }>;

/** What an end sent, or put on the wire. */
function learnBy(end: DraftEnd, o: By): void {
  const { at } = o;
  switch (o.kind) {
    case 'close-frame':
      return closeFrame(end, o);
    case 'tls-close-notify':
      end.closeNotifyAt = earlier(end.closeNotifyAt, at);
      return;
    case 'fin':
      return fin(end, o);
    case 'fin-acked':
      end.finAckedAt = earlier(end.finAckedAt, at);
      return;
    case 'data':
    case 'ping':
    case 'pong':
      return heard(end, o);
    case 'retransmission':
      end.retransmittedAt = later(end.retransmittedAt, at);
      return;
    case 'violation': {
      const { statusCode, section } = o;
      end.violation = first(end.violation, { at, statusCode, section });
    }
  }
}

/** What happened at an end. */
function learnOf(end: DraftEnd, o: Of): void {
  const { at } = o;
  switch (o.kind) {
    case 'fin-queued':
      end.finQueuedAt = earlier(end.finQueuedAt, at);
      return;
    case 'destroyed':
      end.destroyed = first(end.destroyed, { at, because: o.because });
      return;
    case 'error':
      end.error = first(end.error, { at, errno: o.errno, message: o.message });
      return;
    case 'tcp-state':
      end.owned = latest(end.owned, { at, is: o.owned });
      end.tcpStates = {
        ...end.tcpStates,
        [o.tcpState]: earlier(end.tcpStates[o.tcpState] ?? null, at),
      };
      return;
    case 'unsent':
      end.unsent = unsent(end.unsent, at, o.bytes);
      return;
    case 'unread':
      end.unread = latest(end.unread, { at, bytes: o.bytes });
      return;
    case 'reading':
      if (end.reading?.paused === o.paused) return;
      end.reading = latest(end.reading, { at, paused: o.paused });
      return;
    case 'application':
      application(end, o);
  }
}

function application(end: DraftEnd, o: Kind<'application'>): void {
  const { at, did } = o;
  switch (did) {
    case 'terminate':
      end.terminatedAt = earlier(end.terminatedAt, at);
      return;
    case 'exited':
      end.exitedAt = earlier(end.exitedAt, at);
      return;
    case 'threw':
      end.threw = first(end.threw, { at, message: o.message ?? '' });
      return;
    case 'close':
    case 'drain': {
      const { statusCode = null, reason = '' } = o;
      const because: Because = did === 'drain' ? 'drain' : 'application';
      end.closeWanted = first(end.closeWanted, { at, statusCode, reason, because });
      if (did === 'drain') end.drainAt = earlier(end.drainAt, at);
    }
  }
}

function refusal({
  at,
  httpStatus,
  retryAfter = null,
}: Kind<'refused'>): NonNullable<Connection['refused']> {
  return { at, httpStatus, retryAfter };
}

function closeFrame(end: DraftEnd, o: Kind<'close-frame'>): void {
  const { times, because } = sighting(end.closeFrame, o);
  const hadPeerClose = merged(end.closeFrame?.hadPeerClose, o.hadPeerClose);
  const { statusCode, reason } = end.closeFrame ?? o;
  end.closeFrame = { times, because, statusCode, reason, hadPeerClose };
}

function fin(end: DraftEnd, o: Kind<'fin'>): void {
  const { times, because } = sighting(end.fin, o);
  end.fin = { times, because, hadPeerFin: merged(end.fin?.hadPeerFin, o.hadPeerFin) };
}

function rst(c: Draft, o: Kind<'rst'>): void {
  witnessed(c, o.source);
  if (o.by === 'unknown') c.foreignRst = sighting(c.foreignRst, o);
  else c[o.by].rst = sighting(c[o.by].rst, o);
}

function heard(end: DraftEnd, o: Kind<'data' | 'ping' | 'pong'>): void {
  if (o.seenAt !== o.by) end.heardAt = later(end.heardAt, o.at);
  else if (o.kind === 'ping') end.pingAt = later(end.pingAt, o.at);
}

function unsent(known: DraftEnd['unsent'], at: number, bytes: number): DraftEnd['unsent'] {
  if (known && known.at > at) return known;
  const began = !known || known.bytes === 0;
  const since = began ? at : known.since;
  const progressAt = began || bytes < known.bytes ? at : known.progressAt;
  return { at, bytes, since, progressAt };
}

function ended(c: Draft, o: Kind<'ended'>): void {
  c.endedAt = { ...c.endedAt, [o.of]: earlier(c.endedAt[o.of] ?? null, o.at) };
  const never = { ...c.never };
  for (const name of o.never) if (typeof name === 'string') never[name] = true;
  c.never = never;
  if (o.of === c.vantage) c.unflushedBytes = o.unflushedBytes;
}

const gapsKept = 8;

function gap(c: Draft, missing: string): void {
  if (c.gaps.includes(missing) || c.gaps.length >= gapsKept) return;
  c.gaps = [...c.gaps, missing];
}

const seenByPackets = { kernel: false, packets: true };
const seenByKernel = { kernel: true, packets: false };

/** Remembers who has told something about TCP, for `basis`. */
function witnessed(c: Draft, source: Observation['source']): void {
  const { kernel, packets } = c.tcpSeenBy;
  const by = source === 'packets' ? seenByPackets : seenByKernel;
  if ((by.kernel && kernel) || (by.packets && packets)) return;
  c.tcpSeenBy = kernel || packets ? { kernel: true, packets: true } : by;
}

function sighting(
  known: Sighting | null,
  o: { at: number; seenAt: Vantage; because?: Sighting['because'] },
): Sighting {
  const times: { -readonly [K in keyof Times]: Times[K] } = { ...known?.times };
  times[o.seenAt] = earlier(times[o.seenAt] ?? null, o.at);
  return { times, because: known?.because ?? o.because ?? null };
}

/** Two words on one fact: what is known wins over what is not, and `false`, which claims less, over `true`. */
function merged(a: boolean | Unknown | undefined, b: boolean | Unknown): boolean | Unknown {
  if (a === undefined || a === 'unknown') return b;
  if (b === 'unknown') return a;
  return a && b;
}

function earlier(known: number | null, at: number): number {
  return known === null || at < known ? at : known;
}

function later(known: number | null, at: number): number {
  return known === null || at > known ? at : known;
}

function first<T extends { readonly at: number }>(known: T | null, seen: T): T {
  return known && known.at <= seen.at ? known : seen;
}

function latest<T extends { readonly at: number }>(known: T | null, seen: T): T {
  return known && known.at > seen.at ? known : seen;
}

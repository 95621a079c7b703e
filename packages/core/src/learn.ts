import type { Because } from './cause.ts';
import type { Connection, Draft, DraftEnd, Sighting, Times } from './connection.ts';
import { isEnded } from './connection.ts';
import type { Fact, Observation, Seen, Vantage } from './observation.ts';
import type { Role, Unknown } from './tcp-state.ts';

/**
 * `observe` for whoever owns the connection and vouches for the observation: in place, and without a check
 * of its shape. The fact comes beside when and by whom it was seen: to copy them into one costs 0.5 us.
 * Facts are kept with the earliest time at which they were seen, and current values with the latest, so that
 * duplicates change nothing and the order of arrival does not matter. Once the connection has ended, the
 * library's word is final; other sources may still fill in what is unknown.
 */
export function learn(c: Draft, o: Fact, { at, source }: Seen): void {
  if (source === 'library' && isEnded(c)) return;
  switch (o.kind) {
    case 'connecting':
      c.connectingAt = earlier(c.connectingAt, at);
      return;
    case 'opened':
      c.openedAt = earlier(c.openedAt, at);
      return;
    case 'refused':
      c.refused = first(c.refused, refusal(o, at));
      return;
    case 'ended':
      return ended(c, o, at);
    case 'gap':
      return gap(c, o.missing);
    case 'rst':
      witnessed(c, source);
      return rst(c, o, at);
    case 'fin':
    case 'fin-acked':
      witnessed(c, source);
      return learnBy(c[o.by], o, at);
    case 'tcp-state':
      witnessed(c, source);
      return learnOf(c[o.of], o, at);
    case 'close-frame':
    case 'tls-close-notify':
    case 'data':
    case 'ping':
    case 'pong':
    case 'retransmission':
    case 'violation':
      return learnBy(c[o.by], o, at);
    default:
      return learnOf(c[o.of], o, at);
  }
}

type Kind<K extends Fact['kind']> = Extract<Fact, { readonly kind: K }>;
type By = Extract<Fact, { readonly by: Role }>;
type Of = Extract<Fact, { readonly of: Role }>;

/** What an end sent, or put on the wire. */
function learnBy(end: DraftEnd, o: By, at: number): void {
  switch (o.kind) {
    case 'close-frame':
      return closeFrame(end, o, at);
    case 'tls-close-notify':
      end.closeNotifyAt = earlier(end.closeNotifyAt, at);
      return;
    case 'fin':
      return fin(end, o, at);
    case 'fin-acked':
      end.finAckedAt = earlier(end.finAckedAt, at);
      return;
    case 'data':
    case 'ping':
    case 'pong':
      return heard(end, o, at);
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
function learnOf(end: DraftEnd, o: Of, at: number): void {
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
      application(end, o, at);
  }
}

function application(end: DraftEnd, o: Kind<'application'>, at: number): void {
  const { did } = o;
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

function refusal(
  { httpStatus, retryAfter = null }: Kind<'refused'>,
  at: number,
): NonNullable<Connection['refused']> {
  return { at, httpStatus, retryAfter };
}

function closeFrame(end: DraftEnd, o: Kind<'close-frame'>, at: number): void {
  const { times, because } = sighting(end.closeFrame, o, at);
  const hadPeerClose = merged(end.closeFrame?.hadPeerClose, o.hadPeerClose);
  const { statusCode, reason } = end.closeFrame ?? o;
  end.closeFrame = { times, because, statusCode, reason, hadPeerClose };
}

function fin(end: DraftEnd, o: Kind<'fin'>, at: number): void {
  const { times, because } = sighting(end.fin, o, at);
  end.fin = { times, because, hadPeerFin: merged(end.fin?.hadPeerFin, o.hadPeerFin) };
}

function rst(c: Draft, o: Kind<'rst'>, at: number): void {
  if (o.by === 'unknown') c.foreignRst = sighting(c.foreignRst, o, at);
  else c[o.by].rst = sighting(c[o.by].rst, o, at);
}

function heard(end: DraftEnd, o: Kind<'data' | 'ping' | 'pong'>, at: number): void {
  if (o.seenAt !== o.by) end.heardAt = later(end.heardAt, at);
  else if (o.kind === 'ping') end.pingAt = later(end.pingAt, at);
}

function unsent(known: DraftEnd['unsent'], at: number, bytes: number): DraftEnd['unsent'] {
  if (known && known.at > at) return known;
  const began = !known || known.bytes === 0;
  const since = began ? at : known.since;
  const progressAt = began || bytes < known.bytes ? at : known.progressAt;
  return { at, bytes, since, progressAt };
}

function ended(c: Draft, o: Kind<'ended'>, at: number): void {
  c.endedAt = { ...c.endedAt, [o.of]: earlier(c.endedAt[o.of] ?? null, at) };
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
  o: { readonly seenAt: Vantage; readonly because?: Sighting['because'] },
  at: number,
): Sighting {
  const times: { -readonly [K in keyof Times]: Times[K] } = { ...known?.times };
  times[o.seenAt] = earlier(times[o.seenAt] ?? null, at);
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

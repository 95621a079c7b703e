import type { Because } from './cause.ts';
import type { Never, Vantage } from './observation.ts';
import type { Role, TcpState, Unknown } from './tcp-state.ts';

/**
 * What is known of one connection: a fold of observations that grows and never takes back. A fact that
 * was not seen is `null` here, which never means that it did not happen; only `never` says that.
 * Plain data: it survives JSON.
 */
export interface Connection {
  /** Whose view the outcome is: one end's (a library), or that of whoever looks from between. */
  readonly vantage: Vantage;
  readonly connectingAt: number | null;
  readonly openedAt: number | null;
  readonly refused: {
    readonly at: number;
    readonly httpStatus: number | null;
    /** ms, by HTTP's Retry-After. */
    readonly retryAfter: number | null;
  } | null;
  readonly client: End;
  readonly server: End;
  /** A reset of which it is not known who sent it. */
  readonly foreignRst: Sighting | null;
  readonly never: Readonly<Partial<Record<Never, true>>>;
  readonly endedAt: Readonly<Partial<Record<Vantage, number>>>;
  readonly unflushedBytes: number | Unknown;
  /** Which kinds of source have told something about TCP. */
  readonly tcpSeenBy: { readonly kernel: boolean; readonly packets: boolean };
  /** What sources said is missing, each text once, eight at most. */
  readonly gaps: readonly string[];
}

/** When something was first seen, at each vantage that saw it. */
export type Times = Readonly<Partial<Record<Vantage, number>>>;

/** One event of which several vantages may tell. */
export interface Sighting {
  readonly times: Times;
  readonly because: Because | null;
}

/** A Close frame. A second one of the same end changes nothing. */
export interface CloseFrame extends Sighting {
  readonly statusCode: number | null;
  readonly reason: string;
  readonly hadPeerClose: boolean | Unknown;
}

/** A FIN. */
export interface Fin extends Sighting {
  readonly hadPeerFin: boolean | Unknown;
}

/** What the application at an end asked for: a closing handshake with this code and reason. */
export interface CloseWanted {
  readonly at: number;
  readonly statusCode: number | null;
  readonly reason: string;
  readonly because: Because;
}

/** What is known of one end. */
export interface End {
  readonly closeFrame: CloseFrame | null;
  readonly closeNotifyAt: number | null;
  readonly fin: Fin | null;
  /** When its application ended its stream; the FIN itself may wait behind unsent data. */
  readonly finQueuedAt: number | null;
  readonly finAckedAt: number | null;
  readonly rst: Sighting | null;
  readonly destroyed: { readonly at: number; readonly because: Because } | null;
  readonly error: {
    readonly at: number;
    readonly errno: string | null;
    readonly message: string;
  } | null;
  /** Every tcpState in which this end was seen, and when first. */
  readonly tcpStates: Readonly<Partial<Record<TcpState, number>>>;
  /** The latest word on whether a process holds the socket. */
  readonly owned: { readonly at: number; readonly is: boolean | Unknown } | null;
  /** When its peer last heard from it. */
  readonly heardAt: number | null;
  readonly pingAt: number | null;
  readonly retransmittedAt: number | null;
  /** Bytes that wait to be sent: since when, and when they last became fewer. */
  readonly unsent: {
    readonly at: number;
    readonly bytes: number;
    readonly since: number;
    readonly progressAt: number;
  } | null;
  readonly unread: { readonly at: number; readonly bytes: number } | null;
  readonly reading: { readonly at: number; readonly paused: boolean } | null;
  readonly closeWanted: CloseWanted | null;
  readonly drainAt: number | null;
  readonly terminatedAt: number | null;
  readonly threw: { readonly at: number; readonly message: string } | null;
  readonly exitedAt: number | null;
  /** It broke RFC 6455. */
  readonly violation: {
    readonly at: number;
    readonly statusCode: number;
    readonly section: string;
  } | null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** One end, in a connection that is its owner's to change. */
export type DraftEnd = Writable<End>;

/** A connection that is its owner's to change: the fields of it and its two ends, nothing below. */
export interface Draft extends Writable<Omit<Connection, Role>> {
  readonly client: DraftEnd;
  readonly server: DraftEnd;
}

const none = {};

/** A new one each time, so that whoever begins a connection may change it. */
const unseenEnd = (): DraftEnd => ({
  closeFrame: null,
  closeNotifyAt: null,
  fin: null,
  finQueuedAt: null,
  finAckedAt: null,
  rst: null,
  destroyed: null,
  error: null,
  tcpStates: none,
  owned: null,
  heardAt: null,
  pingAt: null,
  retransmittedAt: null,
  unsent: null,
  unread: null,
  reading: null,
  closeWanted: null,
  drainAt: null,
  terminatedAt: null,
  threw: null,
  exitedAt: null,
  violation: null,
});

/** A connection of which nothing has been seen yet; a new one each time, the caller's to change. */
export function unseenConnection(vantage: Vantage): Draft {
  return {
    vantage,
    connectingAt: null,
    openedAt: null,
    refused: null,
    client: unseenEnd(),
    server: unseenEnd(),
    foreignRst: null,
    never: none,
    endedAt: none,
    unflushedBytes: 'unknown',
    tcpSeenBy: { kernel: false, packets: false },
    gaps: [],
  };
}

/** A copy of its own for whoever wants to change it. */
export function draftOf(connection: Connection): Draft {
  return { ...connection, client: { ...connection.client }, server: { ...connection.server } };
}

/** Has its own vantage said that nothing more will be seen? From then on the library's word is final. */
export function isEnded(connection: Connection): boolean {
  return connection.endedAt[connection.vantage] !== undefined;
}

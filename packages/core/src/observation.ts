import type { Because } from './cause.ts';
import type { Role, TcpState, Unknown } from './tcp-state.ts';

/** Where an observation comes from. `library`: a client or server of ours, about its own end. */
export type Source = 'library' | 'socket-table' | 'kernel-trace' | 'packets';

/** Where something was seen: at one end (by its application or kernel), or between the two. */
export type Vantage = Role | 'wire';

/**
 * Something that a vantage which missed nothing did not see up to the end. Only such a witness lets a
 * conclusion be negative: that an observation is missing proves nothing.
 * `received` means by the kernel for FIN; for a Close frame and RST, by whoever tells (a library: its
 * application; what its kernel received after that, it cannot know).
 * `aborted`: that end's application gave the connection up without its FIN's turn (reset or destroyed).
 * `failed`: that end's kernel reported an error. `opened`: the opening handshake never completed.
 */
export type Never =
  | `${Role}-sent-close`
  | `${Role}-received-close`
  | `${Role}-sent-fin`
  | `${Role}-received-fin`
  | `${Role}-sent-rst`
  | `${Role}-received-rst`
  | `${Role}-aborted`
  | `${Role}-failed`
  | `${Role}-threw`
  | `${Role}-violated`
  | `${Role}-held-time-wait`
  | 'opened';

/** What every observation has. `at`: ms on the one clock of the connection. */
export interface Seen {
  readonly at: number;
  readonly source: Source;
}

/** The facts that can be seen, never what was concluded from them. */
export type Fact =
  /** The attempt to connect (client), or the request to upgrade (server), began. */
  | { readonly kind: 'connecting' }
  /** The opening handshake completed: the 101 was sent or received. */
  | { readonly kind: 'opened' }
  /**
   * The opening handshake was refused; `httpStatus` null: without an HTTP answer that could be read.
   * `retryAfter`: what its Retry-After asked for, ms.
   */
  | {
      readonly kind: 'refused';
      readonly httpStatus: number | null;
      readonly retryAfter?: number | null;
    }
  /**
   * A Close frame by `by`. `hadPeerClose`: had the sender received the other side's Close when it sent
   * this one? On the wire: does the segment's acknowledgement cover it? For a frame received: true
   * only if it is provably a reply (negotiated, or it echoes what only a reply can carry).
   */
  | {
      readonly kind: 'close-frame';
      readonly by: Role;
      readonly seenAt: Vantage;
      /** null: an empty Close frame. */
      readonly statusCode: number | null;
      readonly reason: string;
      readonly hadPeerClose: boolean | Unknown;
      readonly because?: Because;
    }
  /** TLS said that its stream ends. This is not a FIN. */
  | { readonly kind: 'tls-close-notify'; readonly by: Role }
  /**
   * A FIN by `by`. `hadPeerFin`: had the sender's kernel got the peer's FIN when it sent this one?
   * (Packets: the first transmission's acknowledgement covers it. Kernel: the tcpState that was left.)
   */
  | {
      readonly kind: 'fin';
      readonly by: Role;
      readonly seenAt: Vantage;
      readonly hadPeerFin: boolean | Unknown;
      readonly because?: Because;
    }
  /** The application at `of` ended its stream: its FIN follows behind what is unsent. */
  | { readonly kind: 'fin-queued'; readonly of: Role; readonly because?: Because }
  /** The other side's kernel acknowledged the FIN of `by`. */
  | { readonly kind: 'fin-acked'; readonly by: Role }
  | {
      readonly kind: 'rst';
      readonly by: Role | Unknown;
      readonly seenAt: Vantage;
      readonly because?: Because;
    }
  /** The application at `of` let go of its socket without a reset: the kernel sends FIN, or RST if it must. */
  | { readonly kind: 'destroyed'; readonly of: Role; readonly because: Because }
  /** The kernel at `of` reported an error for this connection. */
  | {
      readonly kind: 'error';
      readonly of: Role;
      readonly errno: string | null;
      readonly message: string;
    }
  /**
   * The tcpState of one end. `CLOSED` from a socket table: no row. From a kernel trace: the full socket
   * is gone, which after FIN-WAIT-2 may be TIME-WAIT, an orphan's timeout or a reset.
   */
  | {
      readonly kind: 'tcp-state';
      readonly of: Role;
      readonly tcpState: TcpState;
      /** Does a process still hold a descriptor? */
      readonly owned: boolean | Unknown;
    }
  /** Bytes or frames by `by`. Seen at the other end, they prove that `by` lives. */
  | {
      readonly kind: 'data' | 'ping' | 'pong';
      readonly by: Role;
      readonly seenAt: Vantage;
      readonly bytes: number;
    }
  | { readonly kind: 'retransmission'; readonly by: Role; readonly bytes: number }
  /** Bytes that `of` has not yet handed to the network, as of now. */
  | { readonly kind: 'unsent'; readonly of: Role; readonly bytes: number }
  /** Bytes in the kernel at `of` that its application has not read. */
  | { readonly kind: 'unread'; readonly of: Role; readonly bytes: number }
  /** The application at `of` stopped or resumed reading. */
  | { readonly kind: 'reading'; readonly of: Role; readonly paused: boolean }
  /** The application at `of` wants the closing handshake (`close`, `drain`) or no handshake (`terminate`). */
  | {
      readonly kind: 'application';
      readonly of: Role;
      readonly did: 'close' | 'drain' | 'terminate' | 'threw' | 'exited';
      /** For close and drain. null: an empty Close frame. */
      readonly statusCode?: number | null;
      readonly reason?: string;
      /** For threw. */
      readonly message?: string;
    }
  /** `by` broke RFC 6455; `statusCode` is what its peer answers with (1002, 1003, 1007, 1009, 1010). */
  | {
      readonly kind: 'violation';
      readonly by: Role;
      readonly statusCode: number;
      readonly section: string;
    }
  /**
   * Nothing more will be seen of this connection at `of`. `never`: see `Never`; a vantage that missed
   * something leaves out what it cannot swear to. `unflushedBytes`: accepted by `send` and not sent.
   */
  | {
      readonly kind: 'ended';
      readonly of: Vantage;
      readonly never: readonly Never[];
      readonly unflushedBytes: number | Unknown;
    }
  /** Something is missing from what this source reports: packets dropped, events lost. */
  | { readonly kind: 'gap'; readonly missing: string };

/** One thing seen. A type for a wire format too: plain data, JSON in and out. */
export type Observation = Seen & Fact;

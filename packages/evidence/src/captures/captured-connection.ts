import type { Role, Unknown } from '@farewell/core';
import type { FrameKind } from './frame-header.ts';
import type { RoleBasis } from './roles.ts';
import type { Violation } from './violations.ts';

/** Frames that one side sent, by opcode. `other`: reserved opcodes. */
export type FrameCounts = Readonly<Record<FrameKind, number>>;

export interface CapturedCloseFrame {
  readonly at: number;
  /** null: the frame had none (the application sees 1005). */
  readonly statusCode: number | null;
  readonly reason: string;
  /** Had the sender received the other side's Close frame? As its acknowledgment shows. */
  readonly hadPeerClose: boolean | Unknown;
}

export interface CapturedFin {
  /** Time of the first one seen. */
  readonly at: number;
  /** How often it was sent; above 1 it was retransmitted. */
  readonly count: number;
  /** Had the sender received the other side's FIN? As its acknowledgment shows. */
  readonly hadPeerFin: boolean | Unknown;
  /** Had the sender received the other side's Close frame? */
  readonly hadPeerClose: boolean | Unknown;
  readonly ackedAt: number | null;
}

/**
 * Would the receiver accept the RST? `exact`: its sequence number is the one expected; `in-window`: not
 * exact, but inside the window (RFC 5961 answers it with a challenge); `outside-window`: ignored.
 */
export type ResetValidity = 'exact' | 'in-window' | 'outside-window' | Unknown;

export interface CapturedReset {
  /** The first one that the receiver would accept, or the first one at all. */
  readonly at: number;
  readonly count: number;
  readonly validity: ResetValidity;
  /** Its sequence number less the one that the receiver expected next; null: not known. */
  readonly sequenceOffset: number | null;
  readonly ttl: number;
  readonly window: number;
  readonly hasAck: boolean;
  readonly dataBytes: number;
}

export interface CapturedTls {
  /** The last alert in the clear: level (1 warning, 2 fatal) and description (0 is close_notify). */
  readonly alert: { readonly level: number; readonly description: number } | null;
  /** `seen`: in the clear; `likely`: an encrypted alert, or a last record of an alert's size. */
  readonly closeNotify: 'seen' | 'likely' | 'none';
}

/** What one side of a connection sent. Counts are segments unless they say otherwise. */
export interface CapturedSide {
  readonly packets: number;
  /** Payload bytes on the wire, those sent more than once counted each time. */
  readonly payloadBytes: number;
  readonly synSeen: boolean;
  readonly fin: CapturedFin | null;
  readonly reset: CapturedReset | null;
  /** An RST that the receiver ignores, and whether its sender went on as if there were none; null: no such. */
  readonly ignoredReset: { readonly ttl: number; readonly wentOn: boolean } | null;
  readonly closeFrame: CapturedCloseFrame | null;
  readonly frames: FrameCounts;
  readonly compressedFrames: number;
  readonly firstPingAt: number | null;
  readonly lastPingAt: number | null;
  readonly lastPongAt: number | null;
  /** Payload of frames that were sent behind the side's own Close frame. */
  readonly afterCloseBytes: number;
  readonly violations: readonly Violation[];
  readonly tls: CapturedTls | null;
  readonly retransmissions: number;
  readonly outOfOrder: number;
  /** The same packet seen again, as a capture on `any` shows it. */
  readonly duplicates: number;
  readonly keepAliveProbes: number;
  /** How often it began to announce a window of zero, and whether it does at the end. */
  readonly zeroWindows: number;
  readonly zeroWindowAtEnd: boolean;
  /** Bytes that were sent but are not in the capture. */
  readonly gaps: number;
  readonly lostBytes: number;
  /** The peer acknowledged some of them: the capture has lost packets, not the network. */
  readonly lostByCapture: boolean;
  /** True: the capture kept only the beginning of some packets. */
  readonly truncated: boolean;
  /** From here on the side's frames are not known, or only as far as they could be recognised again. */
  readonly unknownFrom: number | null;
  /** Lowest and highest TTL or hop limit, RSTs left out; null: nothing but RSTs. */
  readonly ttl: readonly [lowest: number, highest: number] | null;
  readonly lastPacketAt: number | null;
  readonly lastDataAt: number | null;
}

/** The opening handshake, as far as it was seen. */
export interface CapturedHandshake {
  readonly requestSeen: boolean;
  /** Status of the last response; null: none was seen. Not 101: the server refused. */
  readonly status: number | null;
  readonly respondedAt: number | null;
  readonly subprotocol: string | null;
  readonly extensions: string | null;
  /** The `Server` header: which proxy or server answered. */
  readonly serverSoftware: string | null;
  /** Is Sec-WebSocket-Accept what the key demands? `unknown`: key or response was not seen. */
  readonly accept: 'right' | 'wrong' | 'absent' | Unknown;
  /** RFC 6455 §4.1: a 101 without `Upgrade: websocket` is no success. */
  readonly upgradeHeader: boolean | Unknown;
}

/** Why the connection is reported now. */
export type ReportedBecause =
  /** It ended, and nothing more came for a while. */
  | 'ended'
  /** A new connection began on the same addresses and ports. */
  | 'reused'
  /** More connections were live than may be tracked: this one had been silent for long. */
  | 'evicted'
  | 'capture-ended';

/** One thing of a watched connection, in the order of the capture. */
export interface ConnectionEvent {
  readonly at: number;
  readonly by: Role;
  readonly kind:
    | 'syn'
    | 'syn-ack'
    | 'data'
    | 'fin'
    | 'rst'
    | 'retransmission'
    | 'keep-alive'
    | 'zero-window'
    | 'request'
    | 'response'
    | 'frame'
    | 'close-frame'
    | 'tls-alert'
    | 'gap';
  readonly text: string;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Everything that a capture shows of one TCP connection. Times are Unix ms. */
export interface CapturedConnection {
  /** Order of the first packets, from 0. */
  readonly index: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly roleBasis: RoleBasis;
  /** `mid-connection`: no SYN of either side was seen. */
  readonly began: 'syn' | 'mid-connection';
  readonly firstPacketAt: number;
  readonly lastPacketAt: number;
  /** When both FINs were acknowledged, or a valid RST came; null: it did not end in the capture. */
  readonly endedAt: number | null;
  readonly reportedBecause: ReportedBecause;
  /** ms since the previous connection on the same addresses and ports ended; null: there was none. */
  readonly sinceLastUse: number | null;
  /**
   * Up to when the capture shows that no packet followed the last one: to its end, or to when the
   * connection was reported, if that was earlier.
   */
  readonly observedUntil: number;
  /** Sides of which there are packets. */
  readonly seen: 'both' | Role;
  /** Packets of this connection escaped the capture: what it lacks may have been sent nevertheless. */
  readonly captureLost: boolean;
  readonly webSocket: boolean | 'likely';
  /** What the payload is. `opaque`: none of the others; `none`: there was no payload. */
  readonly payload: 'websocket' | 'http' | 'tls' | 'opaque' | 'none';
  readonly handshake: CapturedHandshake | null;
  /** When the first Close frame, FIN or valid RST came, and the last payload before it. */
  readonly endBeganAt: number | null;
  readonly lastDataBeforeEndAt: number | null;
  readonly sides: Readonly<Record<Role, CapturedSide>>;
  /** Zeek's conn_state and history letters (capitals: the client). */
  readonly zeek: { readonly state: string; readonly history: string };
  /** Only of a watched connection. */
  readonly events: readonly ConnectionEvent[] | null;
}

import type { CloseOutcome, Role, Unknown } from '@farewell/core';

/**
 * One connection as packets show it, as far as the rules need it. What a capture reader gives has more;
 * it fits in here as it is. Times are Unix ms.
 */
export interface WireConnection {
  readonly began: 'syn' | 'mid-connection';
  readonly lastPacketAt: number;
  /** When both FINs were acknowledged, or a valid RST came; null: it did not end in the capture. */
  readonly endedAt: number | null;
  readonly reportedBecause: 'ended' | 'reused' | 'evicted' | 'capture-ended';
  readonly seen: 'both' | Role;
  /** Packets of this connection escaped the capture: what it lacks may have been sent nevertheless. */
  readonly captureLost: boolean;
  readonly webSocket: boolean | 'likely';
  readonly payload: 'websocket' | 'http' | 'tls' | 'opaque' | 'none';
  readonly handshake: WireHandshake | null;
  /** When the first Close frame, FIN or valid RST came, and the last payload before it. */
  readonly endBeganAt: number | null;
  readonly lastDataBeforeEndAt: number | null;
  readonly sides: Readonly<Record<Role, WireSide>>;
}

export interface WireHandshake {
  readonly status: number | null;
  readonly serverSoftware: string | null;
  readonly accept: 'right' | 'wrong' | 'absent' | Unknown;
  readonly upgradeHeader: boolean | Unknown;
}

/** What one side sent. */
export interface WireSide {
  readonly fin: WireFin | null;
  readonly reset: WireReset | null;
  /** An RST that the receiver ignores, and whether its sender went on as if there were none. */
  readonly ignoredReset: { readonly ttl: number; readonly wentOn: boolean } | null;
  readonly closeFrame: WireClose | null;
  readonly frames: { readonly ping: number };
  readonly firstPingAt: number | null;
  readonly lastPingAt: number | null;
  /** Bytes of frames that were sent behind the side's own Close frame, control frames included. */
  readonly afterCloseBytes: number;
  readonly violations: readonly { readonly section: string; readonly what: string }[];
  readonly retransmissions: number;
  readonly keepAliveProbes: number;
  readonly zeroWindows: number;
  readonly zeroWindowAtEnd: boolean;
  readonly gaps: number;
  readonly truncated: boolean;
  /** From here on its frames are not known. */
  readonly unknownFrom: number | null;
  /** Lowest and highest TTL or hop limit, RSTs left out. */
  readonly ttl: readonly [lowest: number, highest: number] | null;
  readonly lastPacketAt: number | null;
  readonly lastDataAt: number | null;
}

interface WireFin {
  readonly at: number;
  readonly count: number;
  readonly hadPeerFin: boolean | Unknown;
  readonly hadPeerClose: boolean | Unknown;
  readonly ackedAt: number | null;
}

interface WireReset {
  readonly at: number;
  readonly count: number;
  readonly validity: 'exact' | 'in-window' | 'outside-window' | Unknown;
  readonly sequenceOffset: number | null;
  readonly ttl: number;
}

interface WireClose {
  readonly at: number;
  readonly statusCode: number | null;
  readonly hadPeerClose: boolean | Unknown;
}

/** What the rules look at: one connection and what the core concluded from it. */
export interface WireCase {
  readonly connection: WireConnection;
  /** Of a connection that has not ended: as far as it has come. */
  readonly outcome: CloseOutcome;
  /** Up to when the capture shows that nothing more came, Unix ms. */
  readonly observedUntil: number;
  /** Did the capture lose packets of other connections? Then it may have lost some of this one too. */
  readonly lostElsewhere: 'none-known' | 'packets';
}

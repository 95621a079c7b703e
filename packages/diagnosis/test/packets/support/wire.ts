import type { CloseOutcome, TcpOutcome } from '@farewell/core';
import { packetRules } from '../../../src/packets/rules/index.ts';
import type { ConnectionVerdict, ConnectionVerdictId } from '../../../src/packets/verdict.ts';
import type { WireCase, WireConnection, WireSide } from '../../../src/packets/wire-connection.ts';

/** Unix ms of the last packet before an end begins. */
export const start = 1_700_000_000_000;

/** What makes a case: sides and facts that differ from an open WebSocket on which nothing moves. */
export interface CaseParts extends Partial<Omit<WireConnection, 'sides'>> {
  readonly client?: Partial<WireSide>;
  readonly server?: Partial<WireSide>;
  readonly order?: CloseOutcome['order'];
  readonly tcp?: Partial<TcpOutcome>;
  /** How long the capture goes on behind `start`, ms. */
  readonly goesOn?: number;
  readonly lostElsewhere?: WireCase['lostElsewhere'];
}

/** A case as a capture reader and the core would give it, as far as the rules look. */
export function wireCase(parts: CaseParts): WireCase {
  const { client, server, order = 'none', tcp, goesOn = 0, lostElsewhere, ...facts } = parts;
  const sides = { client: sideWith(client), server: sideWith(server) };
  return {
    connection: { ...connection, ...facts, sides },
    outcome: outcomeWith(order, tcp),
    observedUntil: start + goesOn,
    lostElsewhere: lostElsewhere ?? 'none-known',
  };
}

/** What the rule of this verdict says. */
export function verdictOn(
  id: ConnectionVerdictId,
  parts: CaseParts,
): ConnectionVerdict | undefined {
  const [first, ...others] = packetRules[id](wireCase(parts));
  if (others.length > 0) throw new Error(`Expected one ${id}, got ${others.length + 1}`);
  return first;
}

/** The evidence as one text. */
export function evidenceOf(verdict: ConnectionVerdict | undefined): string {
  return verdict?.evidence.map(({ text }) => text).join('; ') ?? '';
}

/** A FIN `after` ms behind the start; by default it came first and was acknowledged at once. */
export function fin(after: number, parts: Partial<NonNullable<WireSide['fin']>> = {}) {
  const at = start + after;
  const usual = { at, count: 1, hadPeerFin: false, hadPeerClose: false, ackedAt: at } as const;
  return { ...usual, ...parts };
}

export function close(after: number, parts: Partial<NonNullable<WireSide['closeFrame']>> = {}) {
  return { at: start + after, statusCode: 1000, hadPeerClose: false, ...parts } as const;
}

/** An RST with the sequence number expected, from as far as the other packets. */
export function reset(after: number, parts: Partial<NonNullable<WireSide['reset']>> = {}) {
  const usual = { count: 1, validity: 'exact', sequenceOffset: 0, ttl: 64 } as const;
  return { at: start + after, ...usual, ...parts };
}

const connection: Omit<WireConnection, 'sides'> = {
  began: 'syn',
  lastPacketAt: start,
  endedAt: null,
  reportedBecause: 'capture-ended',
  seen: 'both',
  captureLost: false,
  webSocket: true,
  payload: 'websocket',
  handshake: { status: 101, serverSoftware: null, accept: 'right', upgradeHeader: true },
  endBeganAt: null,
  lastDataBeforeEndAt: null,
};

const quiet: WireSide = {
  fin: null,
  reset: null,
  ignoredReset: null,
  closeFrame: null,
  frames: { ping: 0 },
  firstPingAt: null,
  lastPingAt: null,
  afterCloseBytes: 0,
  violations: [],
  retransmissions: 0,
  keepAliveProbes: 0,
  zeroWindows: 0,
  zeroWindowAtEnd: false,
  gaps: 0,
  truncated: false,
  unknownFrom: null,
  ttl: [64, 64],
  lastPacketAt: start,
  lastDataAt: start,
};

/** A side of which no packet was captured. */
export const unseenSide: WireSide = { ...quiet, ttl: null, lastPacketAt: null, lastDataAt: null };

function sideWith(parts: Partial<WireSide> = {}): WireSide {
  return { ...quiet, ...parts };
}

function outcomeWith(order: CloseOutcome['order'], tcp: Partial<TcpOutcome> = {}): CloseOutcome {
  const each = { client: 'unknown', server: 'unknown' } as const;
  return {
    vantage: 'wire',
    code: 'unknown',
    reason: '',
    wasClean: 'unknown',
    order,
    cause: 'unknown',
    tcp: {
      firstFin: 'none',
      timeWait: 'none',
      heldTimeWait: each,
      ended: each,
      basis: 'packets',
      ...tcp,
    },
    error: 'unknown',
    phases: {
      connectingAt: 'unknown',
      openedAt: 'unknown',
      closeAt: each,
      finAt: each,
      rstAt: 'unknown',
      endedAt: start,
    },
    unflushedBytes: 'unknown',
  };
}

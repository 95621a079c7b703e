import type { Role } from '@farewell/core';
import { ipv4Text, ipv6Text } from './addresses.ts';
import type {
  CapturedConnection,
  CapturedHandshake,
  ConnectionEvent,
  Endpoint,
  ReportedBecause,
} from './captured-connection.ts';
import { capturedSide } from './captured-side.ts';
import { historyText } from './history.ts';
import { clientSide, roleBasis } from './roles.ts';
import * as slot from './slots.ts';
import { OPAQUE, TLS_MODE } from './stream-mode.ts';
import type { TextsByNumber } from './texts.ts';
import { isWebSocket } from './web-socket-evidence.ts';
import { zeekState } from './zeek.ts';

/** Why a connection is reported, and up to when the capture was looked through for its packets, Unix ms. */
export interface Report {
  readonly because: ReportedBecause;
  readonly observedUntil: number;
}

/** Where the slots of a settled connection are, sought, and the texts whose numbers stand in them. */
export interface SettledConnection {
  readonly slots: slot.Slots;
  readonly texts: TextsByNumber;
  readonly report: Report;
  readonly events: readonly ConnectionEvent[] | null;
}

/** The connection as an object that may be kept. */
export function readConnection(settled: SettledConnection): CapturedConnection {
  const { slots, texts, report, events } = settled;
  const client = clientSide(slots);
  const server = slot.SIDE_STRIDE - client;
  const sides = {
    client: capturedSide(slots, texts, client),
    server: capturedSide(slots, texts, server),
  };
  const webSocket = isWebSocket(slots);
  return {
    index: slots.word(slot.INDEX),
    client: endpoint(slots, client),
    server: endpoint(slots, server),
    roleBasis: roleBasis(slots),
    began: sides.client.synSeen || sides.server.synSeen ? 'syn' : 'mid-connection',
    firstPacketAt: slots.number(slot.OPENED_AT),
    lastPacketAt: lastOf(slots, slot.LAST_AT),
    endedAt: hasFlag(slots, slot.ENDED) ? slots.number(slot.ENDED_AT) : null,
    reportedBecause: report.because,
    observedUntil: Math.max(report.observedUntil, lastOf(slots, slot.LAST_AT)),
    sinceLastUse: hasFlag(slots, slot.REUSED) ? slots.number(slot.SINCE_LAST_USE) : null,
    seen: seenSides(sides),
    captureLost: sides.client.lostByCapture || sides.server.lostByCapture,
    webSocket,
    payload: payloadOf(slots, webSocket),
    handshake: readHandshake(slots, texts),
    endBeganAt: slots.number(slot.END_BEGAN_AT) || null,
    lastDataBeforeEndAt: slots.number(slot.QUIET_SINCE) || null,
    sides,
    zeek: { state: zeekState(sides), history: historyText(slots, client) },
    events,
  };
}

function readHandshake(slots: slot.Slots, texts: TextsByNumber): CapturedHandshake | null {
  const requestSeen = hasFlag(slots, slot.UPGRADE_REQUESTED);
  const success = hasFlag(slots, slot.WEBSOCKET);
  if (!requestSeen && !success) return null;
  const status = slots.word(slot.STATUS) || null;
  const text = (field: number) => texts.text(slots.word(field)) || null;
  return {
    requestSeen,
    status,
    respondedAt: slots.number(slot.RESPONSE_AT) || null,
    subprotocol: text(slot.SUBPROTOCOL),
    extensions: text(slot.EXTENSIONS),
    serverSoftware: text(slot.SERVER_SOFTWARE),
    accept: acceptOf(slots),
    upgradeHeader: success ? !hasFlag(slots, slot.RESPONSE_WITHOUT_UPGRADE) : 'unknown',
  };
}

/** What the server's answer to the key was worth; `unknown` also of a request that it refused. */
export function acceptOf(slots: slot.Slots): CapturedHandshake['accept'] {
  if (!hasFlag(slots, slot.WEBSOCKET)) return 'unknown';
  const received = slots.word(slot.ACCEPT_RECEIVED);
  if (received === 0) return 'absent';
  const expected = slots.word(slot.ACCEPT_EXPECTED);
  if (!hasFlag(slots, slot.UPGRADE_REQUESTED) || expected === 0) return 'unknown';
  return expected === received ? 'right' : 'wrong';
}

/** What the connection carries. */
export function payloadOf(
  slots: slot.Slots,
  webSocket: boolean | 'likely',
): CapturedConnection['payload'] {
  if (webSocket !== false) return 'websocket';
  const tls = slots.word(slot.TLS_INFO) | slots.word(slot.TLS_INFO, slot.SIDE_STRIDE);
  if (tls !== 0 || isInMode(slots, TLS_MODE)) return 'tls';
  if (hasFlag(slots, slot.HTTP)) return 'http';
  const bytes =
    slots.number(slot.PAYLOAD_BYTES) + slots.number(slot.PAYLOAD_BYTES, slot.SIDE_STRIDE);
  return bytes > 0 || isInMode(slots, OPAQUE) ? 'opaque' : 'none';
}

function isInMode(slots: slot.Slots, mode: number): boolean {
  return slots.word(slot.MODE) === mode || slots.word(slot.MODE, slot.SIDE_STRIDE) === mode;
}

function seenSides(sides: CapturedConnection['sides']): 'both' | Role {
  if (sides.client.packets === 0) return 'server';
  return sides.server.packets === 0 ? 'client' : 'both';
}

function endpoint(slots: slot.Slots, side: number): Endpoint {
  const first = slot.ADDRESSES + (side === 0 ? 0 : 4);
  const ports = slots.word(slot.PORTS);
  const port = side === 0 ? ports >>> 16 : ports & 0xffff;
  if (!hasFlag(slots, slot.IPV6)) return { address: ipv4Text(slots.word(first)), port };
  return { address: ipv6Text([0, 1, 2, 3].map((word) => slots.word(first + word))), port };
}

function lastOf(slots: slot.Slots, field: number): number {
  return Math.max(slots.number(field), slots.number(field, slot.SIDE_STRIDE));
}

function hasFlag(slots: slot.Slots, flag: number): boolean {
  return (slots.word(slot.FLAGS) & flag) !== 0;
}

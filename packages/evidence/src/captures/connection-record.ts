import type { Role } from '@farewell/core';
import { expectedAccept } from './accept-key.ts';
import { ipv4Text, ipv6Text } from './addresses.ts';
import type {
  CapturedConnection,
  CapturedHandshake,
  Endpoint,
  ReportedBecause,
} from './captured-connection.ts';
import { capturedSide } from './captured-side.ts';
import type { EventLog } from './event-log.ts';
import { historyText } from './history.ts';
import { skipUnseen } from './read-stream.ts';
import { countGap, giveUpHoles } from './reassembly.ts';
import { clientSide, roleBasis, setClient } from './roles.ts';
import * as slot from './slots.ts';
import { OPAQUE, type Stream, TLS_MODE } from './stream.ts';
import { zeekState } from './zeek.ts';

/** Evidence that frames which were only guessed are frames. */
const MIN_UNMASKED_FRAMES = 4;
const MIN_MASKED_FRAMES = 2;

/** Why a connection is reported, and up to when the capture was looked through for its packets, Unix ms. */
export interface Report {
  readonly because: ReportedBecause;
  readonly observedUntil: number;
}

/**
 * A connection that is reported: still in its slots, so that a million of them cost nothing until
 * someone looks. Valid only during the callback that it is given to.
 */
export class ConnectionRecord {
  readonly reportedBecause: ReportedBecause;
  readonly #observedUntil: number;
  readonly #stream: Stream;
  readonly #log: EventLog | null;
  #settled = false;

  constructor(stream: Stream, report: Report, log: EventLog | null) {
    this.#stream = stream;
    this.reportedBecause = report.because;
    this.#observedUntil = report.observedUntil;
    this.#log = log;
  }

  /** Order of the first packets, from 0. */
  get index(): number {
    return this.#stream.slots.word(slot.INDEX);
  }

  /** The connection as an object that may be kept. */
  read(): CapturedConnection {
    const { slots, texts } = this.#stream;
    this.#settle();
    const client = clientSide(slots);
    const server = slot.SIDE_STRIDE - client;
    const sides = {
      client: capturedSide(slots, texts, client),
      server: capturedSide(slots, texts, server),
    };
    const webSocket = isWebSocket(this.#stream);
    return {
      index: this.index,
      client: endpoint(slots, client),
      server: endpoint(slots, server),
      roleBasis: roleBasis(slots),
      began: sides.client.synSeen || sides.server.synSeen ? 'syn' : 'mid-connection',
      firstPacketAt: slots.number(slot.OPENED_AT),
      lastPacketAt: lastOf(slots, slot.LAST_AT),
      endedAt: (slots.word(slot.FLAGS) & slot.ENDED) === 0 ? null : slots.number(slot.ENDED_AT),
      reportedBecause: this.reportedBecause,
      observedUntil: Math.max(this.#observedUntil, lastOf(slots, slot.LAST_AT)),
      sinceLastUse: hasFlag(slots, slot.REUSED) ? slots.number(slot.SINCE_LAST_USE) : null,
      seen: seenSides(sides),
      captureLost: sides.client.lostByCapture || sides.server.lostByCapture,
      webSocket,
      payload: payloadOf(slots, webSocket),
      handshake: readHandshake(this.#stream),
      endBeganAt: slots.number(slot.END_BEGAN_AT) || null,
      lastDataBeforeEndAt: slots.number(slot.QUIET_SINCE) || null,
      sides,
      zeek: { state: zeekState(sides), history: historyText(slots, client) },
      events: this.#log?.list(client) ?? null,
    };
  }

  /** Reads what still waits behind holes, and finds out who the client was. */
  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    const stream = this.#stream;
    for (const side of [0, slot.SIDE_STRIDE]) {
      stream.side = side;
      giveUpHoles(stream);
    }
    for (const side of [0, slot.SIDE_STRIDE]) {
      stream.side = side;
      countUnseenEnd(stream);
    }
    const basis = basisFromMasks(stream);
    if (basis !== null) setClient(stream.slots, basis, 'masking');
    else if (roleBasis(stream.slots) === 'assumed') assumeRoles(stream);
  }
}

/** What the peer acknowledged, or the FIN stands behind, was sent, even if the capture has none of it. */
function countUnseenEnd(stream: Stream): void {
  const { slots, side, peer } = stream;
  const finSeen = slots.has(slot.FIN_SEEN, side);
  if (!slots.has(slot.SEQUENCE_KNOWN, side)) return;
  if (!finSeen && !slots.has(slot.ACK_KNOWN, peer)) return;
  const end = finSeen ? slots.word(slot.FIN_SEQUENCE, side) : slots.word(slot.HIGHEST_ACK, peer);
  const highest = slots.word(slot.HIGHEST_SEQUENCE, side);
  const unseen = (end - highest) | 0;
  if (unseen <= 0) return;
  stream.at = slots.number(slot.LAST_AT, finSeen ? side : peer);
  countGap(stream, highest, unseen);
  skipUnseen(stream, unseen);
}

/** RFC 6455 §5.1: only the client masks. */
function basisFromMasks(stream: Stream): number | null {
  const { slots } = stream;
  const first = slots.has(slot.MASKED_SEEN, 0);
  const second = slots.has(slot.MASKED_SEEN, slot.SIDE_STRIDE);
  if (first === second || isWebSocket(stream) === false) return null;
  return first ? 0 : slot.SIDE_STRIDE;
}

/** Nothing showed who the client is: the side with the lower port is taken for the server. */
function assumeRoles(stream: Stream): void {
  const { slots } = stream;
  const ports = slots.word(slot.PORTS);
  if (ports >>> 16 > (ports & 0xffff)) return;
  slots.setWord(slot.FLAGS, slots.word(slot.FLAGS) | slot.CLIENT_IS_SIDE_1);
}

function isWebSocket({ slots }: Stream): boolean | 'likely' {
  if (hasFlag(slots, slot.WEBSOCKET)) return true;
  const frames = [0, slot.SIDE_STRIDE].map((side) => guessedFrames(slots, side));
  const masked = [0, slot.SIDE_STRIDE].map((side) => slots.has(slot.MASKED_SEEN, side));
  const unmasked = [0, slot.SIDE_STRIDE].map((side) => slots.has(slot.UNMASKED_SEEN, side));
  const [a = 0, b = 0] = frames;
  if (a + b === 0 || (masked[0] && unmasked[0]) || (masked[1] && unmasked[1])) return false;
  const opposite = a > 0 && b > 0 && masked[0] !== masked[1];
  if (a > 0 && b > 0 && !opposite) return false;
  const enough = masked[0] || masked[1] ? MIN_MASKED_FRAMES : MIN_UNMASKED_FRAMES;
  return opposite || a + b >= enough ? 'likely' : false;
}

function guessedFrames(slots: slot.Slots, side: number): number {
  let frames = 0;
  for (let kind = 0; kind < 7; kind += 1) frames += slots.word(slot.FRAMES + kind, side);
  return frames;
}

function readHandshake({ slots, texts }: Stream): CapturedHandshake | null {
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
    accept: success ? acceptOf(slots, requestSeen) : 'unknown',
    upgradeHeader: success ? !hasFlag(slots, slot.RESPONSE_WITHOUT_UPGRADE) : 'unknown',
  };
}

function acceptOf(slots: slot.Slots, requestSeen: boolean): CapturedHandshake['accept'] {
  const received = slots.word(slot.ACCEPT_RECEIVED);
  if (received === 0) return 'absent';
  const expected = expectedAccept(slots);
  if (!requestSeen || expected === 0) return 'unknown';
  return expected === received ? 'right' : 'wrong';
}

function payloadOf(
  slots: slot.Slots,
  webSocket: boolean | 'likely',
): CapturedConnection['payload'] {
  if (webSocket !== false) return 'websocket';
  const modes = [slots.word(slot.MODE), slots.word(slot.MODE, slot.SIDE_STRIDE)];
  const tls = slots.word(slot.TLS_INFO) | slots.word(slot.TLS_INFO, slot.SIDE_STRIDE);
  if (tls !== 0 || modes.includes(TLS_MODE)) return 'tls';
  if (hasFlag(slots, slot.HTTP)) return 'http';
  const bytes =
    slots.number(slot.PAYLOAD_BYTES) + slots.number(slot.PAYLOAD_BYTES, slot.SIDE_STRIDE);
  return bytes > 0 || modes.includes(OPAQUE) ? 'opaque' : 'none';
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

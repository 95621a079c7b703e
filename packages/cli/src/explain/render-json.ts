import type { CloseOutcome, Role, Unknown } from '@farewell/core';
import type { ConnectionVerdict } from '@farewell/diagnosis';
import type { CapturedConnection, CapturedSide, CapturesSummary } from '@farewell/evidence';
import { endpointText } from '../why/parse-target.ts';
import type { EndingKind, Explained, ExplainedTcp } from './explained.ts';

/** One connection in the JSON of `explain`. Field by field: docs/reference/explain-json.md. */
export interface ExplainConnectionJson {
  readonly index: number;
  readonly client: string;
  readonly server: string;
  readonly roleBasis: CapturedConnection['roleBasis'];
  readonly captureLost: boolean;
  readonly webSocket: CapturedConnection['webSocket'];
  readonly payload: CapturedConnection['payload'];
  readonly openedAt: number | null;
  readonly endedAt: number | null;
  readonly firstPacketAt: number;
  readonly lastPacketAt: number;
  readonly handshake: HandshakeJson | null;
  readonly closeFrames: readonly CloseFrameJson[];
  readonly tcp: ExplainedTcp & { readonly basis: CloseOutcome['tcp']['basis'] };
  readonly ending: EndingKind;
  readonly outcome: OutcomeJson;
  readonly sides: Readonly<Record<Role, SideJson>>;
  readonly zeek: CapturedConnection['zeek'];
  readonly verdicts: readonly ConnectionVerdict[];
}

type HandshakeJson = NonNullable<CapturedConnection['handshake']>;

interface CloseFrameJson {
  readonly role: Role;
  readonly statusCode: number | null;
  readonly reason: string;
  readonly at: number;
}

interface OutcomeJson {
  readonly text: string;
  readonly code: number | Unknown;
  readonly reason: string;
  readonly wasClean: boolean | Unknown;
  readonly order: CloseOutcome['order'];
  readonly cause: CloseOutcome['cause'];
}

type SideJson = Pick<
  CapturedSide,
  | 'packets'
  | 'payloadBytes'
  | 'frames'
  | 'compressedFrames'
  | 'retransmissions'
  | 'outOfOrder'
  | 'duplicates'
  | 'lostBytes'
  | 'unknownFrom'
  | 'violations'
>;

/** The connection as an element of `connections` in `farewell.explain/1`. */
export function connectionJson(explained: Explained): ExplainConnectionJson {
  const { connection, outcome, ending, tcp, text, verdicts } = explained;
  const { client, server } = connection;
  return {
    index: connection.index,
    client: endpointText(client.address, client.port),
    server: endpointText(server.address, server.port),
    roleBasis: connection.roleBasis,
    captureLost: connection.captureLost,
    webSocket: connection.webSocket,
    payload: connection.payload,
    openedAt: connection.began === 'syn' ? connection.firstPacketAt : null,
    endedAt: connection.endedAt,
    firstPacketAt: connection.firstPacketAt,
    lastPacketAt: connection.lastPacketAt,
    handshake: connection.handshake,
    closeFrames: closeFrames(connection),
    tcp: {
      firstFin: tcp.firstFin,
      reset: tcp.reset,
      timeWait: tcp.timeWait,
      basis: outcome.tcp.basis,
    },
    ending,
    outcome: outcomeJson(outcome, text),
    sides: { client: sideJson(connection.sides.client), server: sideJson(connection.sides.server) },
    zeek: connection.zeek,
    verdicts,
  };
}

/** What stands around the connections: the beginning and the end of the JSON text. */
export function frameOfJson(summary: CapturesSummary): readonly [head: string, tail: string] {
  const text = JSON.stringify({
    schema: 'farewell.explain/1',
    packets: summary.packets,
    tcpPackets: summary.tcpPackets,
    otherPackets: summary.otherPackets,
    firstPacketAt: summary.firstPacketAt,
    lastPacketAt: summary.lastPacketAt,
    droppedByCapture: summary.droppedByCapture,
    problems: summary.problems,
  });
  return [`${text.slice(0, -1)},"connections":[`, ']}\n'];
}

function closeFrames({ sides }: CapturedConnection): readonly CloseFrameJson[] {
  const client = closeFrame('client', sides.client);
  const server = closeFrame('server', sides.server);
  if (client === null) return server === null ? [] : [server];
  if (server === null) return [client];
  return server.at < client.at ? [server, client] : [client, server];
}

function closeFrame(role: Role, { closeFrame }: CapturedSide): CloseFrameJson | null {
  if (closeFrame === null) return null;
  const { statusCode, reason, at } = closeFrame;
  return { role, statusCode, reason, at };
}

function outcomeJson(outcome: CloseOutcome, text: string): OutcomeJson {
  const { code, reason, wasClean, order, cause } = outcome;
  return { text, code, reason, wasClean, order, cause };
}

function sideJson(side: CapturedSide): SideJson {
  return {
    packets: side.packets,
    payloadBytes: side.payloadBytes,
    frames: side.frames,
    compressedFrames: side.compressedFrames,
    retransmissions: side.retransmissions,
    outOfOrder: side.outOfOrder,
    duplicates: side.duplicates,
    lostBytes: side.lostBytes,
    unknownFrom: side.unknownFrom,
    violations: side.violations,
  };
}

import type { Role, TcpState, Unknown } from '@farewell/core';
import type { CapturedConnection, ConnectionEvent } from '@farewell/evidence';
import { drawDiagram, type LabEvent } from '@farewell/lab';
import { formatDuration, formatQuantity } from '../terminal/format.ts';
import type { Explained } from './explained.ts';

/** A silence of this length gets a line of its own, ms. */
const longSilence = 1000;
/** Of many frames, the first and last few are drawn. */
const fewFrames = 12;

/** The sequence diagram of a connection that was watched, with its silences. Empty if it was not. */
export function diagramLines(explained: Explained): string[] {
  const { connection } = explained;
  if (connection.events === null || connection.events.length === 0) return [];
  const events = withSilences(withoutMostFrames(withoutEchoes(connection.events)));
  const [client, server] = finalStates(explained);
  return drawDiagram({
    client: { name: 'client', tcpState: client },
    server: { name: 'server', tcpState: server },
    serverPort: connection.server.port,
    events: labEvents(events, connection),
  });
}

type Noted =
  | ConnectionEvent
  | { readonly at: number; readonly by: Role; readonly kind: 'note'; readonly text: string };

/** A FIN that repeats the sequence number of the SYN is told of as both: one packet, the FIN. */
function withoutEchoes(events: readonly ConnectionEvent[]): readonly ConnectionEvent[] {
  return events.filter(({ at, by, kind, text }, index) => {
    const next = events[index + 1];
    const isEmptyAgain = kind === 'retransmission' && text === '0 bytes';
    return !(isEmptyAgain && next?.kind === 'fin' && next.by === by && next.at === at);
  });
}

function withoutMostFrames(events: readonly ConnectionEvent[]): readonly Noted[] {
  const frames = events.filter(({ kind }) => kind === 'frame');
  const left = frames.slice(fewFrames, -fewFrames);
  const [first] = left;
  if (first === undefined) return events;
  const text = `${formatQuantity(left.length, 'frame')} left out here`;
  const isLeft = new Set(left);
  return events.flatMap((event): Noted[] => {
    if (event === first) return [{ at: event.at, by: 'client', kind: 'note', text }];
    return isLeft.has(event) ? [] : [event];
  });
}

function withSilences(events: readonly Noted[]): readonly Noted[] {
  return events.flatMap((event, index): Noted[] => {
    const before = events[index - 1];
    const silence = before === undefined ? 0 : event.at - before.at;
    if (silence < longSilence) return [event];
    const text = `${formatDuration(silence)} without an event`;
    return [{ at: before?.at ?? 0, by: 'client', kind: 'note', text }, event];
  });
}

function labEvents(events: readonly Noted[], connection: CapturedConnection): LabEvent[] {
  const ports = { clientPort: connection.client.port, serverPort: connection.server.port };
  const finished = new Set<Role>();
  return events.map((event): LabEvent => {
    const { at, by, kind } = event;
    if (kind === 'note') return { kind: 'application', at, ...ports, of: by, text: event.text };
    if (kind === 'fin') finished.add(by);
    const text = kind === 'retransmission' ? againText(event, finished.has(by)) : textOf(event);
    const again = kind === 'retransmission';
    return { kind: 'segment', at, ...ports, by, text, again };
  });
}

/** What was sent again: without payload it can only be what takes a sequence number, SYN or FIN. */
function againText({ text }: ConnectionEvent, hadFin: boolean): string {
  if (text !== '0 bytes') return text;
  return hadFin ? 'FIN' : 'SYN';
}

function textOf({ kind, text }: ConnectionEvent): string {
  switch (kind) {
    case 'syn':
      return 'SYN';
    case 'syn-ack':
      return 'SYN + ACK';
    case 'fin':
      return 'FIN';
    case 'rst':
      return text === '' ? 'RST' : `RST (${text})`;
    case 'keep-alive':
      return 'keep-alive probe';
    case 'zero-window':
      return 'window 0: it does not read';
    case 'close-frame':
      return `Close ${text}`;
    case 'request':
    case 'frame':
    case 'data':
    case 'retransmission':
      return text;
    case 'response':
      return `HTTP ${text}`;
    case 'tls-alert':
      return `TLS alert ${text}`;
    case 'gap':
      return `(${text})`;
  }
}

/** The tcpState of each end after the last packet. */
function finalStates({
  connection,
  tcp,
}: Explained): readonly [TcpState | Unknown, TcpState | Unknown] {
  const { client, server } = connection.sides;
  if (tcp.timeWait !== 'unknown' && connection.endedAt !== null)
    return [held(tcp.timeWait, 'client'), held(tcp.timeWait, 'server')];
  if (connection.endedAt !== null || (client.fin && server.fin)) return ['unknown', 'unknown'];
  if (client.fin)
    return client.fin.ackedAt === null ? ['FIN-WAIT-1', 'unknown'] : ['FIN-WAIT-2', 'CLOSE-WAIT'];
  if (server.fin)
    return server.fin.ackedAt === null ? ['unknown', 'FIN-WAIT-1'] : ['CLOSE-WAIT', 'FIN-WAIT-2'];
  const isOpen = client.synSeen && server.synSeen;
  return isOpen ? ['ESTABLISHED', 'ESTABLISHED'] : ['unknown', 'unknown'];
}

function held(timeWait: Role | 'both' | 'none', role: Role): TcpState {
  return timeWait === role || timeWait === 'both' ? 'TIME-WAIT' : 'CLOSED';
}

import type { Role, TcpState, Unknown } from '@farewell/core';
import type { LabEvent } from './event.ts';

/** What a diagram shows of one end: its name on top, its state at the bottom. */
export interface Lane {
  readonly name: string;
  /** Null: not shown. */
  readonly tcpState: TcpState | Unknown | null;
}

export interface Diagram {
  readonly client: Lane;
  readonly server: Lane;
  readonly serverPort: number;
  /** Of all connections of a scenario; the first one to `serverPort` is drawn. */
  readonly events: readonly LabEvent[];
}

/** One line of the diagram before it is drawn. */
interface Step {
  readonly at: number;
  readonly text: string;
  readonly kind: 'arrow' | 'note';
  readonly by: Role;
  /** Sent before. */
  readonly again: boolean;
  /** How often in a row. */
  times: number;
}

const timeWidth = 9;
const laneWidth = 50;
/** Between the two lanes' own columns. */
const between = laneWidth - 2;

/**
 * Draws what was seen of a scenario's first connection as a sequence diagram in text, 62 columns wide, with
 * the time since its first event in ms. Where no packets could be seen, the changes of the kernel's table
 * stand in for them.
 */
export function drawDiagram({ client, server, serverPort, events: all }: Diagram): string[] {
  const events = all.filter((event) => event.serverPort === serverPort);
  const clientPort = events.find((event) => event.clientPort !== null)?.clientPort ?? null;
  const steps = toSteps(firstConnection(events, clientPort));
  const start = steps[0]?.at ?? 0;
  return [
    line('', facing(client.name, server.name)),
    line('ms', facing(clientPort === null ? '' : `:${clientPort}`, `:${serverPort}`)),
    ...steps.map((step) => line((step.at - start).toFixed(1), drawStep(step))),
    line('', facing(client.tcpState ?? '', server.tcpState ?? '')),
  ];
}

/** Its events, and those of no connection. A port can be used again: another SYN begins another connection. */
function firstConnection(events: readonly LabEvent[], clientPort: number | null): LabEvent[] {
  const own = events.filter((event) => event.clientPort === clientPort);
  const [, second] = own.filter((event) => isOpening(event));
  const ownEvents = second === undefined ? own : own.slice(0, own.indexOf(second));
  return events.filter((event) => event.clientPort === null || ownEvents.includes(event));
}

function isOpening(event: LabEvent): boolean {
  return event.kind === 'segment' && event.text === 'SYN' && !event.again;
}

function toSteps(events: readonly LabEvent[]): Step[] {
  const packets = events.some(({ kind }) => kind === 'segment');
  const steps: Step[] = [];
  for (const event of events) {
    if (event.kind === 'tcp-state' && packets) continue;
    const step = toStep(event);
    const last = steps.at(-1);
    if (last !== undefined && isRepeated(step, last)) last.times += 1;
    else steps.push(step);
  }
  return steps;
}

function toStep(event: LabEvent): Step {
  const { at } = event;
  switch (event.kind) {
    case 'segment':
      return { at, kind: 'arrow', by: event.by, text: event.text, again: event.again, times: 1 };
    case 'application':
      return { at, kind: 'note', by: event.of, text: event.text, again: false, times: 1 };
    case 'tcp-state':
      return { at, kind: 'note', by: event.of, text: event.tcpState, again: false, times: 1 };
  }
}

function isRepeated(step: Step, last: Step): boolean {
  return (
    step.kind === last.kind &&
    step.again === last.again &&
    step.by === last.by &&
    step.text === last.text
  );
}

function textOf({ text, again, times }: Step): string {
  const repeated = again ? `${text}, again` : text;
  return times === 1 ? repeated : `${repeated}${again ? '' : ','} ${times} times`;
}

function drawStep(step: Step): string {
  const { kind, by } = step;
  const text = textOf(step);
  const fitting = text.length > between - 4 ? `${text.slice(0, between - 5)}…` : text;
  if (kind === 'note')
    return by === 'client'
      ? `● ${fitting}`.padEnd(laneWidth - 1) + '│'
      : '│' + `${fitting} ●`.padStart(laneWidth - 1);
  const label = ` ${fitting} `;
  const left = Math.floor((between - 1 - label.length) / 2);
  const shaft = '─'.repeat(left) + label + '─'.repeat(between - 1 - label.length - left);
  return by === 'client' ? `│${shaft}▶│` : `│◀${shaft}│`;
}

function facing(left: string, right: string): string {
  return left + right.padStart(laneWidth - left.length);
}

function line(time: string, drawing: string): string {
  return `${time.padStart(timeWidth)}  ${drawing}`.trimEnd();
}

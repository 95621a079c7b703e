import { countedEnding } from '@farewell/connection';
import type { Answer, Cause, CountedOutcome, ReadyState, Role } from '@farewell/core';
import type { LimitName } from '../limits/limits.ts';
import type { ManagedServer } from '../managed-server.ts';
import type { RefusalCause } from '../refusals.ts';
import {
  type CounterName,
  type DurationName,
  type GaugeName,
  type Labels,
  type Reading,
  unlabelled,
} from './instruments.ts';
import { type Series, SeriesOf } from './series.ts';
import { watchServer } from './watch-server.ts';

/** Where durations go: what an adapter makes of its library's histograms. The same labels are the same object. */
export type Time = (name: DurationName, seconds: number, labels: Labels) => void;

/** Told of each event that a counter counts. */
export type Count = (name: CounterName, labels: Labels) => void;

/** A server that is measured. */
export interface Measured {
  /** The counters, now. */
  readonly counts: (name: CounterName) => readonly Series[];
  readonly stop: () => void;
}

/** Counts from now on, and tells each duration at once. */
export function measureServer(
  server: ManagedServer,
  time: Time,
  count: Count | null = null,
): Measured {
  const on = (name: CounterName) => count && ((labels: Labels) => count(name, labels));
  const codeOf = (cause: Cause, code: Code): Labels => ({ cause, code: String(code) });
  const series = {
    opened: new SeriesOf<null, null>(() => ({}), on('opened')),
    endings: new SeriesOf(codeOf, on('endings')),
    timeWait: new SeriesOf((side: Role, held: Answer) => ({ side, held }), on('timeWait')),
    refusals: new SeriesOf<RefusalCause, null>((cause) => ({ cause }), on('refusals')),
    limits: new SeriesOf<LimitName, null>((limit) => ({ limit }), on('limits')),
  };
  const codes = new Set<Code>();
  const stop = watchServer(server, {
    opened: () => series.opened.add(null, null),
    heartbeat: (_, latency) => time('heartbeat', latency / 1_000, unlabelled),
    closed: (connection) => {
      const ending = countedEnding(connection);
      if (!ending) return;
      const { client, server } = ending.heldTimeWait;
      series.endings.add(ending.cause, bounded(codes, ending.code));
      series.timeWait.add('client', client);
      series.timeWait.add('server', server);
      timePhases(ending, time);
    },
    refused: (cause) => series.refusals.add(cause, null),
    limited: (limit) => series.limits.add(limit, null),
  });
  return { counts: (name) => series[name].all, stop };
}

/** The gauges, now. */
export function readGauge(server: ManagedServer, name: GaugeName): Reading[] {
  return name === 'connections' ? readyStates(server) : drainStates(server);
}

type Code = CountedOutcome['code'] | 'other';

/** The peer chooses the code, from 2,000; so many time series are kept, and the rest is one. */
const mostCodes = 50;

function bounded(codes: Set<Code>, code: Code): Code {
  if (!codes.has(code) && codes.size >= mostCodes) return 'other';
  codes.add(code);
  return code;
}

const phase = {
  handshake: { phase: 'closing-handshake' },
  tcp: { phase: 'tcp' },
  total: { phase: 'total' },
} as const;

/** Phases that did not happen, or were not seen, are left out. */
function timePhases({ closeAt, endedAt }: CountedOutcome, time: Time): void {
  const { client, server } = closeAt;
  if (client !== 'unknown' && server !== 'unknown') {
    const [first, second] = client < server ? [client, server] : [server, client];
    time('close', seconds(first, second), phase.handshake);
    time('close', seconds(second, endedAt), phase.tcp);
    return time('close', seconds(first, endedAt), phase.total);
  }
  const only = client === 'unknown' ? server : client;
  if (only !== 'unknown') time('close', seconds(only, endedAt), phase.total);
}

function seconds(from: number, to: number): number {
  return (to - from) / 1_000;
}

function readyStates(server: ManagedServer): Reading[] {
  const counts: Record<ReadyState, number> = { CONNECTING: 0, OPEN: 0, CLOSING: 0, CLOSED: 0 };
  for (const { readyState } of server.connections) counts[readyState] += 1;
  return Object.entries(counts).map(([state, value]) => ({
    labels: { ready_state: state },
    value,
  }));
}

function drainStates({ drainProgress }: ManagedServer): Reading[] {
  if (!drainProgress) return [];
  const { waiting, closing, clean, forced, lost } = drainProgress;
  const counts = { waiting, closing, clean, forced, lost };
  return Object.entries(counts).map(([progress, value]) => ({ labels: { progress }, value }));
}

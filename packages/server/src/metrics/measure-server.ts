import type { Ending, ReadyState } from '@farewell/core';
import type { ManagedServer } from '../managed-server.ts';
import type { CounterName, DurationName, GaugeName, Labels, Reading } from './instruments.ts';
import { watchServer } from './watch-server.ts';

/** Where measurements go: what an adapter makes of its library's instruments. */
export interface Meters {
  count(name: CounterName, labels: Labels): void;
  /** Seconds. */
  time(name: DurationName, seconds: number, labels: Labels): void;
}

/** Feeds the counters and histograms from now on. Gives a function that stops it. */
export function measureServer(server: ManagedServer, meters: Meters): () => void {
  const codes = new Set<string>();
  return watchServer(server, {
    opened: () => meters.count('opened', {}),
    heartbeat: (_, latency) => meters.time('heartbeat', latency / 1_000, {}),
    closed: (_, ending) => {
      const { cause, tcp } = ending;
      meters.count('endings', { cause, code: bounded(codes, String(ending.code)) });
      for (const [side, held] of Object.entries(tcp.heldTimeWait))
        meters.count('timeWait', { side, held });
      for (const [phase, duration] of phasesOf(ending))
        meters.time('close', duration / 1_000, { phase });
    },
    refused: (cause) => meters.count('refusals', { cause }),
    limited: (limit) => meters.count('limits', { limit }),
  });
}

/** The gauges, now. */
export function readGauge(server: ManagedServer, name: GaugeName): Reading[] {
  return name === 'connections' ? readyStates(server) : drainStates(server);
}

/** The peer chooses the code, from 2,000; so many time series are kept, and the rest is one. */
const mostCodes = 50;

function bounded(codes: Set<string>, code: string): string {
  if (!codes.has(code) && codes.size >= mostCodes) return 'other';
  codes.add(code);
  return code;
}

type Phase = readonly [phase: string, duration: number];

/** In ms; phases that did not happen, or were not seen, are left out. */
function phasesOf({ phases }: Ending): Phase[] {
  const { closeAt, endedAt } = phases;
  const { client, server } = closeAt;
  const times = [client, server].filter((time) => time !== 'unknown');
  const first = Math.min(...times);
  if (times.length === 0) return [];
  const total: Phase = ['total', endedAt - first];
  if (times.length === 1) return [total];
  const second = Math.max(...times);
  return [['closing-handshake', second - first], ['tcp', endedAt - second], total];
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

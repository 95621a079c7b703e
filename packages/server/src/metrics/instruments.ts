/**
 * What is measured, in one place for both adapters. prom-client's names have `_` for `.`, `_total` behind
 * counters and `_seconds` behind durations.
 */

/** Counters: a name, what it counts, and its labels. */
export const counters = {
  opened: { name: 'farewell.opened', help: 'Connections that opened', labels: [] },
  endings: {
    name: 'farewell.endings',
    help: 'Connections that ended, by cause and Close code (1005 and 1006: see RFC 6455 §7.1.5)',
    labels: ['cause', 'code'],
  },
  timeWait: {
    name: 'farewell.time_wait',
    help: 'Connections that ended, for each side: did its kernel hold TIME-WAIT (yes, no, unknown)',
    labels: ['side', 'held'],
  },
  refusals: {
    name: 'farewell.refusals',
    help: 'Requests that were not upgraded, by cause',
    labels: ['cause'],
  },
  limits: {
    name: 'farewell.limits',
    help: 'Connections that met a limit, each time',
    labels: ['limit'],
  },
} as const;

/** Histograms of durations. */
export const durations = {
  close: {
    name: 'farewell.close',
    help: 'How long closing took: closing-handshake (first Close frame to second), tcp (second to the end), total',
    labels: ['phase'],
  },
  heartbeat: {
    name: 'farewell.heartbeat',
    help: 'Round trips of pings that were answered',
    labels: [],
  },
} as const;

/** Gauges, asked for when metrics are collected. */
export const gauges = {
  connections: {
    name: 'farewell.connections',
    help: 'Connections that have not ended, by readyState',
    labels: ['ready_state'],
  },
  drain: {
    name: 'farewell.drain_connections',
    help: 'Connections of the drain: waiting, closing, clean, forced, lost. Absent while there is none',
    labels: ['progress'],
  },
} as const;

export type CounterName = keyof typeof counters;
export type DurationName = keyof typeof durations;
export type GaugeName = keyof typeof gauges;

/** Upper bounds, in seconds: from a round trip on loopback to the longest timeouts by default. */
export const secondsBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60,
];

export type Labels = Readonly<Record<string, string>>;

/** Of an instrument that has none. */
export const unlabelled: Labels = {};

/** One value of a gauge. */
export interface Reading {
  readonly labels: Labels;
  readonly value: number;
}

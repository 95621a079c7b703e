import type { Counters, TableSource, TcpSettings, TraceTable } from '@farewell/core';
import type { Scene } from './scene.ts';

/** How a table is named in a report. */
const tables: Readonly<Record<TableSource, string>> = {
  'sock-diag': 'sock_diag',
  'proc-net-tcp': '/proc/net/tcp',
  ss: 'ss',
  'netstat-linux': 'netstat',
  'netstat-macos': 'netstat (macOS)',
};

/** The `source` of evidence that comes from rows. */
export function tableSource(scene: Scene): string {
  return tables[scene.now.table.source];
}

/** The `sources` of a report. */
export function sourcesOf(scene: Scene): readonly string[] {
  const { settings, counters, packets } = scene;
  return [
    ...(scene.trace ? [traceSource(scene.trace)] : []),
    `socket table (${tableSource(scene)})`,
    ...named(counters.now, 'counters'),
    ...named(settings, 'settings'),
    ...(scene.ownership.known ? ['owners'] : []),
    ...(packets ? [`packets (${packets.table.source})`] : []),
  ];
}

/** The `source` of evidence that comes from what happened while we watched. */
export function traceSource({ source }: Pick<TraceTable, 'source'>): string {
  return source === 'destroy-events' ? 'destroy events' : 'kernel trace';
}

function named(given: Counters | TcpSettings | null, name: string): readonly string[] {
  return given ? [name] : [];
}

/** Where settings and counters are read by hand. */
export const source = {
  finTimeout: 'sysctl net.ipv4.tcp_fin_timeout',
  portRange: 'sysctl net.ipv4.ip_local_port_range',
  timeWaitReuse: 'sysctl net.ipv4.tcp_tw_reuse',
  maxTimeWait: 'sysctl net.ipv4.tcp_max_tw_buckets',
  netstat: '/proc/net/netstat',
  sockstat: '/proc/net/sockstat',
  limits: '/proc/PID/limits',
} as const;

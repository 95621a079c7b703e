import type { TcpSettings } from '@farewell/core';
import { readTextOrNull } from './read-file.ts';

/**
 * The sysctls of the network namespace that the calling thread is in: /proc/sys/net shows the namespace of
 * whoever reads it. A file that is missing (an older kernel, a read-only container) gives null.
 */
export function readSettings(): TcpSettings {
  return {
    finTimeout: inMs(sysctl('net/ipv4/tcp_fin_timeout')),
    portRange: parsePortRange(readTextOrNull('/proc/sys/net/ipv4/ip_local_port_range') ?? ''),
    timeWaitReuse: sysctl('net/ipv4/tcp_tw_reuse'),
    maxTimeWait: sysctl('net/ipv4/tcp_max_tw_buckets'),
    maxOrphans: sysctl('net/ipv4/tcp_max_orphans'),
    orphanRetries: sysctl('net/ipv4/tcp_orphan_retries'),
    retries2: sysctl('net/ipv4/tcp_retries2'),
    keepaliveTime: inMs(sysctl('net/ipv4/tcp_keepalive_time')),
    keepaliveInterval: inMs(sysctl('net/ipv4/tcp_keepalive_intvl')),
    keepaliveProbes: sysctl('net/ipv4/tcp_keepalive_probes'),
    somaxconn: sysctl('net/core/somaxconn'),
    fileMax: sysctl('fs/file-max'),
  };
}

/** `32768	60999`, first and last port. Null for anything else. */
function parsePortRange(text: string): readonly [first: number, last: number] | null {
  const match = /^(\d+)\s+(\d+)\s*$/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

function sysctl(name: string): number | null {
  const text = readTextOrNull(`/proc/sys/${name}`);
  return text !== null && /^\d+\s*$/.test(text) ? Number(text) : null;
}

function inMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}

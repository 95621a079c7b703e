import type { Counters } from '@farewell/core';
import { parseCounters } from './parse-counters.ts';
import { readTextOrNull } from './read-file.ts';

/** The counters of the namespace whose tables are in the directory `procNet`; null if it cannot be read. */
export function readCounters(procNet: string): Counters | null {
  const at = Date.now();
  const netstat = readTextOrNull(`${procNet}/netstat`);
  const snmp = readTextOrNull(`${procNet}/snmp`);
  if (netstat === null && snmp === null) return null;
  const sockstat = readTextOrNull(`${procNet}/sockstat`);
  const sockstat6 = readTextOrNull(`${procNet}/sockstat6`);
  return { at, ...parseCounters({ netstat, snmp, sockstat, sockstat6 }) };
}

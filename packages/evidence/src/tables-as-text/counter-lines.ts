import type { Counters } from '@farewell/core';
import { parseCounters } from '../parse-counters.ts';

/** Groups of /proc/net/netstat and snmp: known lines, whether wanted or not. */
const GROUPS =
  /^(?:TcpExt|IpExt|MPTcpExt|Ip|Icmp|IcmpMsg|Tcp|Udp|UdpLite|sockets|TCP|UDP|UDPLITE|RAW|FRAG|TCP6|UDP6|UDPLITE6|RAW6|FRAG6): /;

/** `nstat -az`: `TcpExtTCPTimeWaitOverflow       0                  0.0`. */
const NSTAT =
  /^((?:Tcp|TcpExt|Ip|Ip6|IpExt|Icmp|Icmp6|Udp|Udp6|UdpLite|UdpLite6|MPTcpExt|TLS|Sctp|Xfrm|MPTcp)[A-Z]\w{0,60})\s{1,60}(\d{1,20})\s{1,60}[\d.]{1,20}$/;

/**
 * Collects the lines of /proc/net/netstat, snmp, sockstat and sockstat6, and of `nstat -az`, that belong
 * to one moment. (`nstat` without -a prints differences, which look the same and must not be given.)
 */
export class CounterLines {
  readonly #lines: string[] = [];
  readonly #nstat: Record<string, number> = {};

  /** True if the line is one of counters, also of a group that is of no interest. */
  take(line: string): boolean {
    if (line === '#kernel') return true;
    if (GROUPS.test(line)) {
      // Each group has two lines; more would be another moment, without a time between.
      if (this.#lines.length < 64) this.#lines.push(line);
      return true;
    }
    const match = NSTAT.exec(line);
    if (match === null) return false;
    const name = /^(?:TcpExt|Tcp)(?=[A-Z])(\w+)$/.exec(match[1] ?? '')?.[1];
    if (name !== undefined) this.#nstat[name] = Number(match[2]);
    return true;
  }

  /** Null if there were none. */
  counters(): Omit<Counters, 'at'> | null {
    const text = this.#lines.join('\n');
    const parsed = parseCounters({ netstat: text, snmp: text, sockstat: text, sockstat6: text });
    const values = { ...parsed.values, ...this.#nstat };
    if (Object.keys(values).length === 0 && parsed.sockets === null) return null;
    return { values, sockets: parsed.sockets };
  }
}

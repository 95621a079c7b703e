import type { Counters } from '@farewell/core';

/** The texts of /proc/net/{netstat,snmp,sockstat,sockstat6}; null for a file that is not there. */
export interface CounterTexts {
  readonly netstat: string | null;
  readonly snmp: string | null;
  readonly sockstat: string | null;
  readonly sockstat6: string | null;
}

/** Pure; whatever makes no sense is left out. Of netstat and snmp, `TcpExt` and `Tcp`. */
export function parseCounters(texts: CounterTexts): Omit<Counters, 'at'> {
  return {
    values: {
      ...parseNameValuePairs(texts.netstat ?? '', 'TcpExt'),
      ...parseNameValuePairs(texts.snmp ?? '', 'Tcp'),
    },
    sockets: parseSockstat(texts),
  };
}

/** Lines come in pairs, `TcpExt: NAME NAME ...` and `TcpExt: VALUE VALUE ...`. */
function parseNameValuePairs(text: string, group: string): Record<string, number> {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith(`${group}:`))
    .map((line) => line.trim().split(/\s+/).slice(1));
  const pairs = (names ?? []).map(
    (name, index) => [name, Number(values?.[index] ?? Number.NaN)] as const,
  );
  return Object.fromEntries(pairs.filter(([, value]) => Number.isFinite(value)));
}

/**
 * `TCP: inuse 5 orphan 0 tw 2 alloc 9 mem 1` holds the orphans and TIME-WAITs of both families, but only
 * the IPv4 sockets in use; the IPv6 ones are in sockstat6.
 */
function parseSockstat(texts: CounterTexts): Counters['sockets'] {
  const tcp = fieldsOf(texts.sockstat, 'TCP');
  const inUse = tcp.get('inuse');
  const orphan = tcp.get('orphan');
  const timeWait = tcp.get('tw');
  if (inUse === undefined || orphan === undefined || timeWait === undefined) return null;
  const inUse6 = fieldsOf(texts.sockstat6, 'TCP6').get('inuse') ?? 0;
  return { inUse: inUse + inUse6, orphan, timeWait };
}

function fieldsOf(text: string | null, group: string): Map<string, number> {
  const line = text?.split('\n').find((line) => line.startsWith(`${group}:`)) ?? '';
  const words = line.trim().split(/\s+/).slice(1);
  const fields = new Map<string, number>();
  for (let i = 0; i + 1 < words.length; i += 2) {
    const value = Number(words[i + 1]);
    if (Number.isFinite(value)) fields.set(words[i] ?? '', value);
  }
  return fields;
}

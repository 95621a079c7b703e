import type { Evidence, SocketRow, SocketTable } from '@farewell/core';
import type { Report, StateCount, Verdict } from '@farewell/diagnosis';

const none: StateCount = { count: 0, client: 0, server: 0, unknown: 0, ratePerSecond: null };

export function counted(parts: Partial<StateCount>): StateCount {
  return { ...none, ...parts };
}

/** The states of a report, absent ones with count 0. */
export function states(parts: Partial<Report['tcpStates']> = {}): Report['tcpStates'] {
  return {
    'SYN-SENT': none,
    'SYN-RECEIVED': none,
    ESTABLISHED: none,
    'FIN-WAIT-1': none,
    'FIN-WAIT-2': none,
    CLOSING: none,
    'TIME-WAIT': none,
    'CLOSE-WAIT': none,
    'LAST-ACK': none,
    CLOSED: none,
    LISTEN: none,
    ...parts,
  };
}

const java = { pid: 4121, name: 'java', user: 'tomcat', container: null } as const;

export function verdict(parts: Partial<Verdict> = {}): Verdict {
  return {
    id: 'close-wait-leak',
    severity: 'problem',
    confidence: 'certain',
    count: 312,
    process: java,
    port: 8080,
    destination: null,
    groups: [{ peer: '10.0.0.7', count: 312 }],
    summary: 'the client sent FIN, java never closed its side',
    evidence: [{ value: 312, unit: 'sockets', text: '312 in CLOSE-WAIT', source: 'sock-diag' }],
    costs: [],
    lasts: null,
    do: ['Close the session.'],
    page: 'docs/verdicts/close-wait-leak.md',
    ...parts,
  };
}

export function report(parts: Partial<Report> = {}): Report {
  return {
    target: { kind: 'port', port: 8080 },
    processes: [java],
    observedAt: 1_700_000_000_000,
    duration: 10_000,
    sources: ['socket table (sock_diag)'],
    missing: [],
    tcpStates: states(),
    bothEndsLocal: false,
    traced: null,
    packets: null,
    verdicts: [],
    ...parts,
  };
}

export function row(parts: Partial<SocketRow> = {}): SocketRow {
  return {
    family: 4,
    tcpState: 'ESTABLISHED',
    localAddress: '10.0.0.1',
    localPort: 8080,
    remoteAddress: '10.0.0.7',
    remotePort: 40_000,
    receiveQueue: 0,
    sendQueue: 0,
    timer: null,
    inode: 1,
    uid: 0,
    cookie: null,
    tcpInfo: null,
    ...parts,
  };
}

export function table(parts: Partial<SocketTable> = {}): SocketTable {
  return { source: 'sock-diag', at: 0, rows: [], problems: [], missing: [], ...parts };
}

export function evidence(parts: Partial<Evidence> = {}): Evidence {
  return {
    namespace: { inode: 4_026_531_840, label: 'this network namespace' },
    snapshots: [table()],
    owners: null,
    settings: null,
    counters: [],
    missing: [],
    platform: 'linux',
    ...parts,
  };
}

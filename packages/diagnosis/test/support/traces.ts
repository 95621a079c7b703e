import type { DurationBucket, Evidence, SocketRow, TracedGroup, TraceTable } from '@farewell/core';
import type { Verdict, VerdictId } from '../../src/index.ts';
import { verdictAfter } from './evidence.ts';
import { listener } from './rows.ts';

/** A traced server on port 8080, closed by java. */
export function group(facts: Partial<TracedGroup> = {}): TracedGroup {
  return {
    role: 'server',
    localPort: 8080,
    remoteAddress: null,
    remotePort: null,
    process: { pid: 4121, name: 'java' },
    opened: 0,
    ended: 0,
    endings: {
      'time-wait': 0,
      'orphan-fin-wait-2': 0,
      closed: 0,
      'reset-sent': 0,
      'reset-received': 0,
      'gave-up': 0,
      'never-opened': 0,
      unknown: 0,
    },
    firstFins: { local: 0, peer: 0, crossed: 0, none: 0, unknown: 0 },
    closes: { peerFirst: 0, localAfter: 0, localFirst: 0 },
    endedOver: 0,
    lifetimes: [],
    idleAges: [],
    resets: [],
    retransmits: 0,
    ...facts,
  };
}

/** A traced client of 10.0.0.9:443. */
export function outgoingGroup(facts: Partial<TracedGroup> = {}): TracedGroup {
  const place = { localPort: null, remoteAddress: '10.0.0.9', remotePort: 443 };
  return group({ role: 'client', ...place, process: { pid: 77, name: 'bot' }, ...facts });
}

/** 3 s of kernel trace. */
export function trace(groups: readonly TracedGroup[], facts: Partial<TraceTable> = {}): TraceTable {
  return {
    from: 1000,
    to: 4000,
    groups,
    ungrouped: 0,
    unconfirmed: 0,
    untracked: 0,
    looseResets: [],
    lostEvents: 0,
    missingEvents: [],
    ...facts,
  };
}

/** `count` durations in the bucket that holds `ms`, 4.4 % wide. */
export function durations(ms: number, count: number): DurationBucket {
  const from = ms < 1 ? 0 : 2 ** (Math.floor(Math.log2(ms) * 16) / 16);
  return { from, to: ms < 1 ? 1 : from * 2 ** (1 / 16), count };
}

/** The verdict of this id about a listener on 8080, these rows, and what was traced for 3 s. */
export function tracedVerdict(
  id: VerdictId,
  traced: TraceTable,
  { rows = [], facts = {} }: { rows?: readonly SocketRow[]; facts?: Partial<Evidence> } = {},
): Verdict | undefined {
  const now = [listener(), ...rows];
  return verdictAfter(id, [now, now], { trace: traced, ...facts });
}

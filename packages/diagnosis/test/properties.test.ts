import type { Evidence, SocketRow, TraceTable } from '@farewell/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnose, type VerdictId, verdictIds } from '../src/index.ts';
import { anyRows } from './support/arbitrary.ts';
import { anyTrace, damagedTrace } from './support/arbitrary-trace.ts';
import { everything, evidence, ownedBy, processInfo } from './support/evidence.ts';
import { listener, outgoing, row, rows, tcpInfo, timer, timeWait } from './support/rows.ts';

describe('whatever the table holds', () => {
  test('a diagnosis never throws, and every verdict has evidence and a page', () => {
    fc.assert(
      fc.property(anyRows, anyRows, (before, now) => {
        const { verdicts } = diagnose(evidence([before, now]), everything);
        for (const verdict of verdicts) {
          expect(verdict.evidence.length).toBeGreaterThan(0);
          expect(verdict.page).toBe(`docs/verdicts/${verdict.id}.md`);
          expect(verdict.summary).not.toContain('undefined');
        }
      }),
    );
  });

  test('the order of rows does not matter', () => {
    fc.assert(
      fc.property(anyRows, anyRows, (before, now) => {
        const process = processInfo({ openDescriptors: 4096 });
        const owners = ownedBy(process, now);
        const forwards = diagnose(evidence([before, now], { owners }), everything);
        const backwards = diagnose(
          evidence([before.toReversed(), now.toReversed()], { owners }),
          everything,
        );
        expect(backwards).toEqual(forwards);
      }),
    );
  });

  test('the ends of connections add up in every state', () => {
    fc.assert(
      fc.property(anyRows, (table) => {
        const { tcpStates } = diagnose(evidence([table]), everything);
        for (const { count, client, server, unknown } of Object.values(tcpStates)) {
          expect(client + server + unknown).toBe(count);
        }
        const counted = Object.values(tcpStates).reduce((sum, { count }) => sum + count, 0);
        expect(counted).toBe(table.length);
      }),
    );
  });
});

describe('whatever was traced', () => {
  test('a diagnosis never throws, and every verdict has evidence, even of numbers that are none', () => {
    fc.assert(
      fc.property(anyRows, damagedTrace, (rows, trace) => {
        const { verdicts } = diagnose(evidence([rows, rows], { trace }), everything);
        for (const verdict of verdicts) expect(verdict.evidence.length).toBeGreaterThan(0);
      }),
    );
  });

  test('a verdict names its page and tells what it tells in numbers', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const rows = [listener()];
        const { verdicts, traced } = diagnose(evidence([rows, rows], { trace }), everything);
        expect(traced?.source).toBe(trace.source ?? 'kernel-trace');
        for (const verdict of verdicts) {
          expect(verdict.evidence.length).toBeGreaterThan(0);
          expect(verdict.page).toBe(`docs/verdicts/${verdict.id}.md`);
          expect(verdictIds).toContain(verdict.id);
          expect(JSON.stringify(verdict)).not.toMatch(/undefined|NaN|Infinity/);
        }
      }),
    );
  });

  test('the order of its groups does not matter', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const backwards = { ...trace, groups: trace.groups.toReversed() };
        expect(countsOf(backwards)).toEqual(countsOf(trace));
      }),
    );
  });

  test('nothing is said of a service that was not asked about', () => {
    const target = { kind: 'port', port: 9 } as const;
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const { verdicts } = diagnose(evidence([[listener()], [listener()]], { trace }), target);
        expect(verdicts).toEqual([]);
      }),
    );
  });
});

function countsOf(trace: TraceTable): string[] {
  const { verdicts } = diagnose(evidence([[listener()], [listener()]], { trace }), everything);
  return verdicts.map(({ id, count }) => `${id} ${count}`).sort();
}

/** One clear case each, and what no loss of facts may turn it into. */
const cases: Readonly<
  Partial<Record<VerdictId, { rows: readonly SocketRow[]; never: readonly VerdictId[] }>>
> = {
  'time-wait-on-server': {
    rows: rows(20, timeWait(20_000)),
    never: ['time-wait-on-client', 'port-exhaustion'],
  },
  'time-wait-on-client': {
    rows: outgoing(20, timeWait(20_000)),
    never: ['time-wait-on-server', 'port-exhaustion'],
  },
  'fin-wait-2-orphan': {
    rows: rows(3, { tcpState: 'FIN-WAIT-2', inode: 0, timer: timer('time-wait', 9000) }),
    never: ['fin-wait-2-held'],
  },
  'fin-wait-2-held': {
    rows: rows(3, { tcpState: 'FIN-WAIT-2', tcpInfo: tcpInfo({ lastAckReceived: 20_000 }) }),
    never: ['fin-wait-2-orphan'],
  },
  'fin-unanswered': {
    rows: rows(3, { tcpState: 'LAST-ACK', inode: 0, timer: timer('retransmit', 900, 5) }),
    never: ['fin-blocked-by-reader'],
  },
  'fin-blocked-by-reader': {
    rows: rows(3, { tcpState: 'FIN-WAIT-1', sendQueue: 900, timer: timer('probe', 900, 0) }),
    never: ['fin-unanswered'],
  },
  'half-open-peer-gone': {
    rows: [row({ sendQueue: 900, timer: timer('retransmit', 900, 7), tcpInfo: tcpInfo() })],
    never: ['slow-consumer', 'half-open-suspect'],
  },
  'slow-consumer': {
    rows: [row({ sendQueue: 900, timer: timer('probe', 900, 0) })],
    never: ['half-open-peer-gone', 'half-open-suspect'],
  },
};

/** Ways to know less about the same sockets. */
const losses: Readonly<Record<string, (seen: Evidence) => Evidence>> = {
  timers: eachRow((of) => ({ ...of, timer: null })),
  inodes: eachRow((of) => ({ ...of, inode: null })),
  'tcp-info': eachRow((of) => ({ ...of, tcpInfo: null })),
  queues: eachRow((of) => ({ ...of, receiveQueue: null, sendQueue: null })),
  owners: (seen) => ({ ...seen, owners: null }),
  settings: (seen) => ({ ...seen, settings: null }),
  counters: (seen) => ({ ...seen, counters: [] }),
  'an earlier snapshot': (seen) => ({ ...seen, snapshots: seen.snapshots.slice(-1) }),
  times: (seen) => ({ ...seen, snapshots: seen.snapshots.map((each) => ({ ...each, at: null })) }),
  listeners: (seen) => ({
    ...seen,
    snapshots: seen.snapshots.map((each) => ({
      ...each,
      rows: each.rows.filter(({ tcpState }) => tcpState !== 'LISTEN'),
    })),
  }),
};

function eachRow(change: (row: SocketRow) => SocketRow): (seen: Evidence) => Evidence {
  return (seen) => ({
    ...seen,
    snapshots: seen.snapshots.map((table) => ({ ...table, rows: table.rows.map(change) })),
  });
}

const surety = ['possible', 'likely', 'certain'];

describe.each(Object.entries(cases))('%s with facts taken away', (id, { rows: sockets, never }) => {
  const table = [listener(), ...sockets];
  const full = diagnose(evidence([table, table]), everything).verdicts;
  const before = full.find((verdict) => verdict.id === id);

  test('is found with all facts', () => expect(before).toBeDefined());

  test('may be less sure or silent, never surer and never its opposite', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(losses)), (names) => {
        const seen = names.reduce(
          (less, name) => losses[name]?.(less) ?? less,
          evidence([table, table]),
        );
        const after = diagnose(seen, everything).verdicts;
        expect(after.filter((verdict) => never.includes(verdict.id))).toEqual([]);
        const same = after.find((verdict) => verdict.id === id);
        if (!same || !before) return;
        expect(surety.indexOf(same.confidence)).toBeLessThanOrEqual(
          surety.indexOf(before.confidence),
        );
      }),
    );
  });
});

test('ten times the rows are looked at ten times as often, not a hundred times', () => {
  const few = looksAt(2000);
  const many = looksAt(20_000);
  expect(many / few).toBeLessThan(11);
});

/** How often a property of a row is read in one diagnosis of `count` rows. */
function looksAt(count: number): number {
  let looks = 0;
  const counting = <T extends object>(of: T): T =>
    new Proxy(of, {
      get: (target, key, receiver) => {
        looks += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  const third = Math.floor(count / 3);
  const table = [
    listener(),
    ...outgoing(third, timeWait(20_000)),
    ...rows(third, { ...timeWait(1000), localPort: 8080 }),
    ...rows(third, { tcpState: 'CLOSE-WAIT', remoteAddress: '10.0.0.8' }),
  ];
  const seen = evidence([table]);
  diagnose(
    { ...seen, snapshots: seen.snapshots.map((each) => ({ ...each, rows: table.map(counting) })) },
    everything,
  );
  return looks;
}

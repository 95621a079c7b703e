import { expect, test } from 'vitest';
import * as exported from '../src/index.ts';
import { diagnose } from '../src/index.ts';
import { everything, evidence, report, table } from './support/evidence.ts';
import { listener, outgoing, row, rows, timeWait } from './support/rows.ts';

test('the package exports what it documents', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'diagnose',
    'diagnoseConnection',
    'packetVerdictIds',
    'rulesOf',
    'sharedVerdictIds',
    'verdictIds',
  ]);
});

test('sockets are counted by tcpState and by the end that they are', () => {
  const { tcpStates } = report([
    listener(),
    ...rows(5, timeWait(100)),
    ...outgoing(3, timeWait(100)),
    row({ ...timeWait(100), localPort: 40_001, remotePort: 40_002 }),
  ]);
  expect(tcpStates['TIME-WAIT']).toEqual({
    count: 9,
    server: 5,
    client: 3,
    unknown: 1,
    ratePerSecond: null,
  });
  expect(Object.keys(tcpStates)).toHaveLength(11);
});

test('two snapshots give rates, and the time between them', () => {
  const seen = diagnose(evidence([rows(4), rows(10)]), everything);
  expect(seen.duration).toBe(3000);
  expect(seen.observedAt).toBe(4000);
  expect(seen.tcpStates.ESTABLISHED.ratePerSecond).toBe(2);
});

test('snapshots without times give no rate', () => {
  const snapshots = [table(rows(4), null), table(rows(10), null)];
  const seen = diagnose(evidence([], { snapshots }), everything);
  expect(seen).toMatchObject({ duration: 0, observedAt: null });
  expect(seen.tcpStates.ESTABLISHED.ratePerSecond).toBeNull();
});

test('both ends on this machine are both counted, told apart, and said', () => {
  const here = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
  const server = row({ ...here });
  const client = row({ ...here, localPort: 40_000, remotePort: 8080, inode: 6000 });
  const seen = report([listener(), server, client]);
  expect(seen.bothEndsLocal).toBe(true);
  expect(seen.tcpStates.ESTABLISHED).toMatchObject({ count: 2, client: 1, server: 1 });
  expect(report([listener(), server]).bothEndsLocal).toBe(false);
});

test('problems come first, healthy findings last', () => {
  const leak = rows(5, { tcpState: 'CLOSE-WAIT', remotePort: 50_000 });
  const seen = report([listener(), ...leak, ...rows(500, timeWait(100))]);
  expect(seen.verdicts.map(({ id }) => id)).toEqual(['close-wait-leak', 'time-wait-on-server']);
});

test('a report names its sources, its processes and what it could not decide', () => {
  const sideless = row({ ...timeWait(100), localPort: 40_001, remotePort: 40_002 });
  const seen = report([listener(), sideless], {
    missing: [{ fact: 'ipv6', why: 'not read' }],
  });
  expect(seen.sources).toEqual(['socket table (sock_diag)', 'settings', 'owners']);
  expect(seen.processes.map(({ name }) => name)).toEqual(['java']);
  expect(seen.missing.map(({ fact }) => fact)).toEqual(['ipv6', 'owners']);
});

test('an empty table gives an empty report', () => {
  expect(report([]).verdicts).toEqual([]);
  expect(diagnose(evidence([]), everything).verdicts).toEqual([]);
});

test('many small destinations share one verdict', () => {
  const out = Array.from({ length: 200 }, (_, index) =>
    row({ ...timeWait(100), localPort: 40_000, remoteAddress: `10.1.0.${index}`, remotePort: 443 }),
  );
  const seen = report(out);
  expect(seen.verdicts).toHaveLength(21);
  expect(seen.verdicts[0]).toMatchObject({ count: 180, destination: null, port: 443 });
  expect(report(out.toReversed())).toEqual(seen);
});

import type { Role, TracedGroup } from '@farewell/core';
import { expect, it } from 'vitest';
import { describeWith, has } from '../../../../test/support/requires.ts';
import type { TextEvent } from '../../../evidence/test/kernel-trace/trace-text.ts';
import { listScenarios, runScenarios, type ScenarioResult } from '../../src/index.ts';
import { Bpftrace } from '../support/bpftrace.ts';
import type { SeenEvent } from '../support/second-reader.ts';
import { TextTrace } from '../support/text-trace.ts';

/** The storm has more packets than the lab keeps, and its ports are known from them. */
const names = listScenarios()
  .filter(({ pace, name }) => pace === 'fast' && name !== 'reconnect-storm')
  .map(({ name }) => name);

/** Between the sum and the end of a scenario's processes, ms. */
const apart = 300;

/** What ran, and what each reader saw of it. `bpftrace` null: it is not there. */
interface Recorded {
  readonly results: readonly ScenarioResult[];
  readonly text: readonly SeenEvent[];
  readonly bpftrace: readonly SeenEvent[] | null;
}

const needs = ['linux', 'root', 'namespaces', 'tracefs', 'nginx', 'tbf'] as const;
/** Once for all readers. */
let recording: Promise<Recorded> | null = null;

describeWith(needs, 'what the trace of a scenario adds up to', () => {
  it('is what is counted in the text of the kernel', { timeout: 240_000 }, async () => {
    const { results, text } = await (recording ??= record());
    for (const result of results) expectSameCounts(result, text);
  });
});

describeWith([...needs, 'bpftrace'], 'what the trace of a scenario adds up to', () => {
  it('is what bpftrace counts', { timeout: 240_000 }, async () => {
    const { results, bpftrace } = await (recording ??= record());
    if (bpftrace === null) throw new Error('Expected bpftrace to run');
    for (const result of results) expectSameCounts(result, bpftrace);
  });
});

async function record(): Promise<Recorded> {
  await using text = new TextTrace();
  await using bpftrace = has('bpftrace') ? await Bpftrace.open() : null;
  const results: ScenarioResult[] = [];
  for await (const outcome of runScenarios(names, { whileLive: holdBack })) {
    if (outcome.kind !== 'ran') throw new Error(`Expected to run: ${JSON.stringify(outcome)}`);
    results.push(outcome.result);
  }
  return { results, text: await text.read(), bpftrace: bpftrace && (await bpftrace.read()) };
}

function expectSameCounts(result: ScenarioResult, events: readonly SeenEvent[]): void {
  const [seen, andSoon] = [until(result, events, 0), until(result, events, apart)];
  for (const role of rolesOf(result)) {
    const which = `${result.name}, ${role}`;
    const { retransmits, ...sum } = sumOf(result, role);
    const { retransmits: fewest, ...counts } = countIn(seen, result, role);
    expect(sum, which).toEqual(counts);
    // Where the peer is gone they go on while the sum is drawn.
    expect(retransmits, which).toBeGreaterThanOrEqual(fewest);
    expect(retransmits, which).toBeLessThanOrEqual(countIn(andSoon, result, role).retransmits);
  }
}

/** A socket that a middlebox resets is disconnected when it dies: no row says that it was ours. */
function rolesOf({ given }: ScenarioResult): readonly Role[] {
  return given.middlebox === null ? ['client', 'server'] : ['server'];
}

/** Of one end of the connections to the server, as our trace sums it up. */
function sumOf({ trace, kernel }: ScenarioResult, role: Role) {
  if (trace === null) throw new Error('Expected a kernel trace, got none');
  expect(trace).toMatchObject({ lostEvents: 0, ungrouped: 0, untracked: 0 });
  const groups = trace.groups.filter(
    (group) =>
      group.role === role &&
      (role === 'server' ? group.localPort : group.remotePort) === kernel.serverPort,
  );
  const sum = (of: (group: TracedGroup) => number) =>
    groups.reduce((total, group) => total + of(group), 0);
  const resets = (direction: 'sent' | 'received') =>
    sum(({ resets }) =>
      resets.filter((r) => r.direction === direction).reduce((all, { count }) => all + count, 0),
    );
  return {
    opened: sum(({ opened }) => opened),
    localFirst: sum(({ closes }) => closes.localFirst),
    peerFirst: sum(({ closes }) => closes.peerFirst),
    localAfter: sum(({ closes }) => closes.localAfter),
    // No row ever confirms what was refused before it had a port.
    ended: sum(({ ended, endings }) => ended - endings['never-opened']),
    resetsReceived: resets('received'),
    retransmits: sum(({ retransmits }) => retransmits),
  };
}

/** The same, counted one event after the other. */
function countIn(events: readonly TextEvent[], result: ScenarioResult, role: Role) {
  const own = events.filter((event) => isOwn(event, result, role));
  const changes = (from: string, to: string) =>
    own.filter((event) => event['from'] === `TCP_${from}` && event['to'] === `TCP_${to}`).length;
  const ofKind = (kind: string) => own.filter((event) => event['kind'] === kind).length;
  return {
    opened: changes('SYN_SENT', 'ESTABLISHED') + changes('SYN_RECV', 'ESTABLISHED'),
    localFirst: changes('ESTABLISHED', 'FIN_WAIT1'),
    peerFirst: changes('ESTABLISHED', 'CLOSE_WAIT'),
    localAfter: changes('CLOSE_WAIT', 'LAST_ACK'),
    ended: own.filter(({ from, to }) => to === 'TCP_CLOSE' && from !== 'TCP_SYN_SENT').length,
    resetsReceived: ofKind('receive-reset'),
    retransmits: ofKind('retransmit'),
  };
}

/** Both ports are ours, those of the packets that passed: other namespaces use the same port for other things. */
function isOwn(event: TextEvent, { events, kernel }: ScenarioResult, role: Role): boolean {
  const { localPort = '', remotePort = '' } = event;
  const [clientPort, serverPort] =
    role === 'client' ? [localPort, remotePort] : [remotePort, localPort];
  if (Number(serverPort) !== kernel.serverPort) return false;
  return events.some(
    (seen) => seen.serverPort === kernel.serverPort && seen.clientPort === Number(clientPort),
  );
}

/** What happened before the sum was drawn, or up to `later` ms after that. */
function until({ trace }: ScenarioResult, seen: readonly SeenEvent[], later: number): TextEvent[] {
  const unixOffset = Date.now() - Number(process.hrtime.bigint()) / 1e6;
  const to = (trace?.to ?? 0) - unixOffset + later;
  return seen.filter(({ atMs }) => atMs < to).map(({ event }) => event);
}

/** Their processes end later, and with them the sockets: the clocks need not be that exact. */
function holdBack(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, apart);
  });
}

import type { Role, TracedGroup } from '@farewell/core';
import { expect, it } from 'vitest';
import { describeWith } from '../../../../test/support/requires.ts';
import type { TextEvent } from '../../../evidence/test/kernel-trace/trace-text.ts';
import { listScenarios, runScenarios, type ScenarioResult } from '../../src/index.ts';
import { type SeenEvent, TextTrace } from '../support/text-trace.ts';

/** The storm has more packets than the lab keeps, and its ports are known from them. */
const names = listScenarios()
  .filter(({ pace, name }) => pace === 'fast' && name !== 'reconnect-storm')
  .map(({ name }) => name);

/** Between the sum and the end of a scenario's processes, ms. */
const apart = 300;

describeWith(
  ['linux', 'root', 'namespaces', 'tracefs', 'nginx', 'tbf'],
  'what the trace of a scenario adds up to',
  () => {
    it('is what a second reader counts in the text of the kernel', {
      timeout: 180_000,
    }, async ({ skip }) => {
      using text = new TextTrace();
      const results: ScenarioResult[] = [];
      for await (const outcome of runScenarios(names, { whileLive: holdBack })) {
        if (outcome.kind !== 'ran') throw new Error(`Expected to run: ${JSON.stringify(outcome)}`);
        results.push(outcome.result);
      }
      const events = text.read();
      if (events === null) return skip('other programs on this machine overran the buffer');
      for (const result of results)
        for (const role of rolesOf(result))
          expect(sumOf(result, role), `${result.name}, ${role}`).toEqual(
            countIn(until(result, events), result, role),
          );
    });
  },
);

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

/** What happened before the sum was drawn. */
function until({ trace }: ScenarioResult, seen: readonly SeenEvent[]): TextEvent[] {
  const unixOffset = Date.now() - Number(process.hrtime.bigint()) / 1e6;
  const to = (trace?.to ?? 0) - unixOffset;
  return seen.filter(({ atMs }) => atMs < to).map(({ event }) => event);
}

/** Their processes end later, and with them the sockets: the clocks need not be that exact. */
function holdBack(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, apart);
  });
}

import { describe, expect, test } from 'vitest';
import { diagnose } from '../src/index.ts';
import { everything, evidence, textsOf } from './support/evidence.ts';
import { listener, outgoing, rows, tcpInfo, timeWait } from './support/rows.ts';
import { durations, group, outgoingGroup, trace, tracedVerdict } from './support/traces.ts';

describe('what the trace adds to other verdicts', () => {
  test('close-wait-leak counts FINs and closes as they came', () => {
    const leaked = rows(312, {
      tcpState: 'CLOSE-WAIT',
      tcpInfo: tcpInfo({ lastAckReceived: 20_000 }),
    });
    const closes = { peerFirst: 312, localAfter: 0, localFirst: 0 };
    const found = tracedVerdict('close-wait-leak', trace([group({ closes })]), { rows: leaked });
    expect(found?.evidence[0]).toMatchObject({
      text: '312 FINs from the client in 3 s, 0 closes by java',
      source: 'kernel trace',
      value: 104,
    });
  });

  test('a TIME-WAIT of a client has the process that made it, also if it has ended', () => {
    const made = outgoingGroup({ ended: 20, endings: { ...group().endings, 'time-wait': 20 } });
    const found = tracedVerdict('time-wait-on-client', trace([made]), {
      rows: outgoing(20, timeWait(1000)),
      facts: { owners: null },
    });
    expect(found?.process).toEqual({ pid: 77, name: 'bot', user: null, container: null });
    expect(found?.summary).toContain('bot, the client,');
    expect(textsOf(found)).toContain('20 TIME-WAITs made by bot (pid 77) while watched');
  });

  test('measured lifetimes decide whether connections are short-lived', () => {
    const brief = { ended: 4, opened: 4, endedOver: 2500, lifetimes: [durations(20, 4)] };
    expect(tracedVerdict('short-lived-connections', trace([group(brief)]))?.summary).toContain(
      'half of the connections that ended lived for',
    );
    // Sockets that were there before the trace lived for longer than it.
    const long = trace([group({ ...brief, lifetimes: [durations(20, 1)] })], { to: 61_000 });
    expect(tracedVerdict('short-lived-connections', long)).toBeUndefined();
  });
});

describe('what was recorded', () => {
  test('is in the report by service, within the target', () => {
    const traced = trace([group({ opened: 3, ended: 2 }), outgoingGroup({ opened: 9, ended: 9 })]);
    const seen = evidence([[listener()], [listener()]], { trace: traced });
    const report = diagnose(seen, { kind: 'port', port: 8080 });
    expect(report.sources[0]).toBe('kernel trace');
    expect(report.traced?.services).toMatchObject([{ port: 8080, opened: 3, ended: 2 }]);
    expect(diagnose(seen, { kind: 'pid', pid: 77 }).traced?.services).toMatchObject([
      { destination: '10.0.0.9:443' },
    ]);
  });

  test('says what it lost', () => {
    const seen = evidence([[listener()]], { trace: trace([], { lostEvents: 12, untracked: 3 }) });
    const whys = diagnose(seen, everything).missing.map(({ why }) => why);
    expect(whys.join('\n')).toMatch(/12 events were overwritten[\s\S]*3 sockets more than/);
  });

  test('is null where nothing was', () => {
    expect(diagnose(evidence([[listener()]]), everything).traced).toBeNull();
  });

  test('names who made a TIME-WAIT when asked for a process', () => {
    const waiting = outgoing(3, timeWait(1000));
    const [made] = waiting;
    const owners = {
      processes: [
        {
          pid: 77,
          name: 'bot',
          uid: null,
          user: null,
          container: null,
          openDescriptors: null,
          descriptorLimit: null,
        },
      ],
      byInode: new Map<number, number[]>(),
      byRow: new Map(made ? [[made, [77]]] : []),
    };
    const { tcpStates } = diagnose(evidence([waiting], { owners }), { kind: 'name', name: 'bot' });
    expect(tcpStates['TIME-WAIT'].count).toBe(1);
  });
});

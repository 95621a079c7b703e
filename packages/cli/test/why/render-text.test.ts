import { describe, expect, test } from 'vitest';
import { painter } from '../../src/terminal/colour.ts';
import { renderText, type TextInput } from '../../src/why/render-text.ts';
import { counted, evidence, report, states, table, verdict } from '../support/reports.ts';

function text(
  parts: Partial<TextInput>,
  style: { width?: number; verbose?: boolean; colour?: boolean } = {},
): string {
  const { width = 80, verbose = false, colour = false } = style;
  const input = {
    report: report(),
    evidence: evidence(),
    packetGroups: [],
    status: 0,
    notes: [],
    time: null,
    ...parts,
  } as const;
  return renderText(input, { width, verbose, paint: painter(colour) });
}

const leaking = report({
  tcpStates: states({
    ESTABLISHED: counted({ count: 1204, server: 1204, ratePerSecond: 0 }),
    'CLOSE-WAIT': counted({ count: 312, server: 312, ratePerSecond: 4 }),
    'TIME-WAIT': counted({ count: 8021, server: 8021, ratePerSecond: 0.01 }),
  }),
  verdicts: [
    verdict({
      confidence: 'likely',
      costs: [
        {
          resource: 'descriptors',
          value: 312,
          limit: 4096,
          unit: 'descriptors',
          exhaustedIn: 900,
          text: '312 of 4,096 file descriptors; at +4/s the rest are gone in 15 min',
        },
        {
          resource: 'memory',
          value: 1,
          limit: null,
          unit: 'bytes',
          exhaustedIn: null,
          text: '0.7 MB of kernel memory',
        },
      ],
      lasts: { ms: null, text: 'until java closes them', because: 'CLOSE-WAIT has no timer' },
      groups: Array.from({ length: 5 }, (_, index) => ({
        peer: `10.0.0.${index}`,
        count: 100 - index,
      })),
    }),
    verdict({
      id: 'time-wait-on-server',
      severity: 'healthy',
      count: 8021,
      summary: '60 s each, where RFC 6455 §7.1.1 wants them',
      evidence: [],
      groups: [],
      do: [],
    }),
  ],
});

describe('renderText', () => {
  test('lays the whole answer out in 80 columns', () => {
    expect(text({ report: leaking, status: 1 })).toMatchInlineSnapshot(`
      "farewell why :8080 · java (pid 4121) · 10 s watched · socket table (sock_diag)
      (the kernel cannot see which of these speak WebSocket)

        ESTABLISHED 1,204   CLOSE-WAIT 312 (+4/s)   TIME-WAIT 8,021 on the server
        FIN-WAIT-2 0   LAST-ACK 0

        ✗ close-wait-leak          312 sockets: the client sent FIN, java never closed
                                   its side (likely)
            seen     312 in CLOSE-WAIT
            peers    10.0.0.0 (100), 10.0.0.1 (99), 10.0.0.2 (98), others (193)
            costs    312 of 4,096 file descriptors; at +4/s the rest are gone in
                     15 min
                     0.7 MB of kernel memory
            lasts    until java closes them: CLOSE-WAIT has no timer
            do       Close the session.
            more     docs/verdicts/close-wait-leak.md
        ✓ time-wait-on-server      8,021 sockets: 60 s each, where RFC 6455 §7.1.1
                                   wants them

      1 problem, 1 healthy finding. Exit status 1.
      "
    `);
  });

  test.each([40, 60, 80, 120])('keeps within %d columns', (width) => {
    const lines = text({ report: leaking, status: 1 }, { width }).split('\n');
    // A head keeps its name on the line, and an address is never cut.
    expect(lines.filter((line) => line.length > Math.max(width, 60))).toEqual([]);
  });

  test('breaks a state whose count does not fit on a line', () => {
    const mixed = { count: 8021, client: 3000, server: 4000, unknown: 1021, ratePerSecond: 12 };
    const tcpStates = { ...report().tcpStates, 'TIME-WAIT': mixed };
    const lines = text({ report: report({ tcpStates }) }, { width: 40 }).split('\n');
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(
      '4,000 server, 3,000 client, 1,021 unknown',
    );
  });

  test('lists every peer and source with --verbose', () => {
    const verbose = text({ report: leaking }, { verbose: true });
    expect(verbose).toContain('10.0.0.4 (96)');
    expect(verbose).toContain('[sock-diag]');
    expect(text({ report: leaking })).toContain('others (193)');
  });

  test('groups by service where there are several', () => {
    const verdicts = [
      verdict(),
      verdict({
        id: 'half-open-suspect',
        severity: 'risk',
        destination: '10.0.0.9:443',
        port: 443,
        process: null,
      }),
    ];
    const lines = text({ report: report({ verdicts }) }).split('\n');
    expect(lines).toContain(':8080 · java (pid 4121)');
    expect(lines).toContain('to 10.0.0.9:443');
  });

  test('prints the first of many verdicts, and how to see the others', () => {
    const verdicts = Array.from({ length: 40 }, (_, port) => verdict({ port: port + 1 }));
    const shown = text({ report: report({ verdicts }) });
    expect(shown.match(/✗/g)).toHaveLength(25);
    expect(shown).toContain('15 more verdicts: --verbose shows all');
    expect(shown).toContain('40 problems.');
    expect(text({ report: report({ verdicts }) }, { verbose: true }).match(/✗/g)).toHaveLength(40);
  });

  test('says so when nothing is wrong, and what was looked at', () => {
    const tcpStates = states({ ESTABLISHED: counted({ count: 1204, server: 1204 }) });
    const shown = text({ report: report({ tcpStates }) });
    expect(shown).toContain('looked at    1,204 sockets, compared over 10 s');
    expect(shown).toMatch(/Nothing is wrong here\. Exit status 0\.\n$/);
  });

  test('does not call nothing healthy', () => {
    expect(text({})).toMatch(/No sockets, so nothing to judge\. Exit status 0\.\n$/);
  });

  test('tells the sides apart where both ends are here', () => {
    const tcpStates = states({ ESTABLISHED: counted({ count: 8, server: 4, client: 4 }) });
    const shown = text({ report: report({ tcpStates, bothEndsLocal: true }) });
    expect(shown).toContain('ESTABLISHED 8: 4 server, 4 client');
    expect(shown).toContain('and both are counted');
  });

  test('says what was not seen and what made no sense', () => {
    const problems = [{ what: 'line cut off', count: 2, example: '0: 0100' }];
    const shown = text({
      report: report({ missing: [{ fact: 'timers', why: 'the text has none' }] }),
      evidence: evidence({ snapshots: [table({ problems }), table()] }),
    });
    expect(shown).toContain('not seen     timers: the text has none');
    expect(shown).toContain('left out     line cut off (2), such as: 0: 0100');
  });

  test('names another namespace, and colours only if told to', () => {
    const elsewhere = evidence({ namespace: { inode: null, label: 'taken elsewhere (stdin)' } });
    expect(text({ evidence: elsewhere })).toContain('· taken elsewhere (stdin) ·');
    expect(text({ report: leaking })).not.toContain('\u001B');
    expect(text({ report: leaking }, { colour: true })).toContain('\u001B[31m✗\u001B[39m');
  });

  test('says the time where one answer follows another', () => {
    expect(text({ time: '14:05:59' })).toContain('10 s watched · 14:05:59 · socket table');
  });

  test('a process name cannot drive the terminal', () => {
    const evil = { pid: 1, name: 'a\u001B[2J\nb', user: null, container: null };
    const shown = text({
      report: report({
        processes: [evil],
        verdicts: [verdict({ process: evil }), verdict({ process: evil, port: 2 })],
      }),
    });
    expect(shown).not.toContain('\u001B');
    expect(shown).not.toMatch(/^b/m);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidenceFromText } from '../../src/tables-as-text/evidence-from-text.ts';
import { fixture, fixtureNames } from './fixtures.ts';

const texts = fixtureNames.map((name) => fixture(name).slice(0, 20_000));
const anyTable = fc.constantFrom(...texts);
/** Pieces that mean something to one parser or another. */
const piece = fc.constantFrom(
  ...'ESTAB TIME-WAIT tcp tcp6 tcp46 0 : * [::]:80 0: users:((" " )) timer:(on, ,0) rtt: sl'.split(
    ' ',
  ),
  ...'State Proto 1.2.3.4:5 % 0100007F:1F90 Active 1795429473 TcpExt: = . sk: - ino:'.split(' '),
  ' ',
  '\t',
  '\n',
  '\r',
  '\u{1B}[',
  '\u{0}',
);

function rowsOf(text: string): number {
  const result = evidenceFromText(text);
  return result.ok ? result.evidence.snapshots.reduce((sum, { rows }) => sum + rows.length, 0) : 0;
}

describe('any text', () => {
  it('gives evidence or an error, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => rowsOf(text) >= 0),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (text) => rowsOf(text.join('')) >= 0),
      {
        numRuns: 1000,
      },
    );
  });

  it('of a recorded table, cut anywhere, never has more rows than the whole', () => {
    fc.assert(
      fc.property(anyTable, fc.nat(), fc.nat(), (text, one, other) => {
        const [from = 0, to = 0] = [one % text.length, other % text.length].sort((a, b) => a - b);
        expect(rowsOf(text.slice(from, to))).toBeLessThanOrEqual(rowsOf(text));
      }),
    );
  });

  it('of a recorded table with a piece put in its place stays total, and every row stays sound', () => {
    fc.assert(
      fc.property(
        anyTable,
        fc.nat(),
        fc.nat(20),
        fc.array(piece, { maxLength: 4 }),
        (...change) => {
          const [text, at, removed, added] = change;
          const from = at % text.length;
          const result = evidenceFromText(
            text.slice(0, from) + added.join('') + text.slice(from + removed),
          );
          if (!result.ok) return;
          for (const { rows } of result.evidence.snapshots) {
            for (const { localPort, remotePort, timer, tcpInfo } of rows) {
              expect(localPort >= 0 && localPort < 65_536).toBe(true);
              expect(remotePort >= 0 && remotePort < 65_536).toBe(true);
              const numbers = [timer?.expiresIn, timer?.tries, ...Object.values(tcpInfo ?? {})];
              expect(numbers.every((value) => value == null || value >= 0)).toBe(true);
            }
          }
        },
      ),
    );
  });
});

describe('the time that a text takes', () => {
  it.each([
    ['lines of no table', 'what is this line about\n'],
    ['titles', 'State Recv-Q Send-Q Local Address:Port Peer Address:Port\n'],
    ['processes that are cut', 'ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 users:(("a b\n'],
    ['one line', 'ESTAB 0 0 users:(("a" '],
    ['one long word', 'ESTAB'],
    ['blanks', ' '],
    ['netstat rows with much behind them', 'tcp 0 0 1.2.3.4:5 1.2.3.4:6 LISTEN 1/a b c d e f\n'],
    ['escapes that do not end', '\u{1B}[0'],
    ['sysctl look-alikes', 'net.ipv4.aaaaaaaaaaaaaaaaaaaa '],
    ['brackets', '::::::: ESTAB 0 0 [:::::::'],
  ])('is linear: %s', (_, unit) => {
    const small = unit.repeat(Math.ceil(300_000 / unit.length));
    // Eight times the text in at most thirty times the time: a quadratic parser takes sixty-four times.
    expect(timeOf(small.repeat(8))).toBeLessThan(30 * Math.max(timeOf(small), 3));
  });
});

/** Best of three, ms: what else runs on this machine can only add. */
function timeOf(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    evidenceFromText(text);
    return performance.now() - start;
  });
  return Math.min(...times);
}

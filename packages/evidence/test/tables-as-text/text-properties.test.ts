import type { SocketRow } from '@farewell/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidenceFromText } from '../../src/tables-as-text/evidence-from-text.ts';
import { evidenceIn, fixture, fixtureNames, identity } from './fixtures.ts';

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

/** Each recorded table with what is known of its sockets. */
const wholes = fixtureNames.map((name) => {
  const text = fixture(name);
  const rows = evidenceIn(text).snapshots.flatMap(({ rows }) => rows);
  return { text, sockets: new Set(rows.map(known)) };
});

/** A cut text may know less of a socket, so only what every row has. */
function known(row: SocketRow): string {
  return `${identity(row)} ${row.receiveQueue} ${row.sendQueue}`;
}

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

  it('of a recorded table, cut off anywhere, gives no row that the whole does not give', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wholes), fc.nat(), ({ text, sockets }, at) => {
        const result = evidenceFromText(text.slice(0, at % text.length));
        if (!result.ok) return;
        const rows = result.evidence.snapshots.flatMap(({ rows }) => rows);
        expect(rows.filter((row) => !sockets.has(known(row)))).toEqual([]);
      }),
      { numRuns: 400 },
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
    const small = unit.repeat(Math.ceil(200_000 / unit.length));
    // Twenty times the text: a quadratic parser takes four hundred times as long.
    expect(timeOf(small.repeat(20))).toBeLessThan(100 * Math.max(timeOf(small), 5));
  });
});

/** Least processor time of three runs, ms: what else the machine does counts little. */
function timeOf(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage();
    evidenceFromText(text);
    return process.cpuUsage(start).user / 1000;
  });
  return Math.min(...times);
}

import { describe, expect, it } from 'vitest';
import { evidenceFromText } from '../../src/tables-as-text/evidence-from-text.ts';
import { evidenceIn, fixture, identity, rowsIn } from './fixtures.ts';

const ssRow = 'ESTAB 0 0 10.0.0.1:8080 10.0.0.2:50000';
const ssTitle = 'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process';
const proc = fixture('proc-net-tcp.txt');

describe('a text as it comes out of a terminal', () => {
  it.each([
    ['carriage returns', proc.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\u{FEFF}${proc}`],
    ['colours', proc.replaceAll(' 0A ', ' \u{1B}[1;31m0A\u{1B}[0m ')],
    ['a prompt', `root@web-1:/# cat /proc/net/tcp /proc/net/tcp6\n${proc}root@web-1:/# exit\n`],
    ['a message of kubectl', `Defaulted container "app" out of: app, istio-proxy\n${proc}`],
    ['a code fence', `\`\`\`text\n${proc}\n\`\`\`\n`],
  ])('is read through %s', (_, text) => {
    const { snapshots } = evidenceIn(text);
    expect(snapshots).toHaveLength(1);
    expect(snapshots[0]?.rows.map(identity)).toEqual(rowsIn(proc).map(identity));
    expect(snapshots[0]?.problems).toEqual([]);
  });

  it('is read through an indentation, also of the second lines of ss', () => {
    const ss = fixture('ss-6.1-tanoie.txt');
    const indented = ss.replaceAll(/^/gm, '    ').replaceAll('\t', '    ');
    expect(rowsIn(indented)).toEqual(rowsIn(ss));
  });

  it('is read without the titles of its tables', () => {
    const untitled = proc
      .split('\n')
      .filter((line) => !line.includes('local_address'))
      .join('\n');
    expect(rowsIn(untitled)).toEqual(rowsIn(proc));
    const netstat = fixture('net-tools-tanpeo.txt').split('\n').slice(2).join('\n');
    expect(rowsIn(netstat)).toEqual(rowsIn(fixture('net-tools-tanpeo.txt')));
  });
});

describe('snapshots', () => {
  it('begin with a title that repeats, even without a time', () => {
    const { snapshots } = evidenceIn(`${ssTitle}\n${ssRow}\n${ssTitle}\n${ssRow}\n${ssRow}\n`);
    expect(snapshots.map(({ at, rows }) => [at, rows.length])).toEqual([
      [null, 1],
      [null, 2],
    ]);
  });

  it('begin with a time, even without a title', () => {
    const { snapshots } = evidenceIn(`1795429473\n${ssRow}\n1795429478\n${ssRow}\n`);
    expect(snapshots.map(({ at }) => at)).toEqual([1_795_429_473_000, 1_795_429_478_000]);
  });

  it('that follow a time but are not the first do not get that time', () => {
    const { snapshots } = evidenceIn(`1795429473\n${proc}${proc}`);
    expect(snapshots.map(({ at }) => at)).toEqual([1_795_429_473_000, null]);
  });

  it('are put in the order of their times', () => {
    const { snapshots } = evidenceIn(`1795429478\n${ssRow}\n1795429473\n${ssRow}\n${ssRow}\n`);
    expect(snapshots.map(({ rows }) => rows.length)).toEqual([2, 1]);
  });

  it('of two formats at one time are two tables', () => {
    const { snapshots } = evidenceIn(`2026-11-23T10:24:33Z\n${proc}${fixture('ss-6.1-tan.txt')}`);
    expect(snapshots.map(({ source, at }) => [source, at])).toEqual([
      ['proc-net-tcp', Date.UTC(2026, 10, 23, 10, 24, 33)],
      ['ss', Date.UTC(2026, 10, 23, 10, 24, 33)],
    ]);
  });

  it('may be empty: a table with a title and no rows is a table', () => {
    expect(evidenceIn(`${ssTitle}\n`).snapshots).toMatchObject([{ rows: [], problems: [] }]);
  });
});

describe('what makes no sense', () => {
  it('is counted with an example, and the rest is read', () => {
    const text = [
      ssTitle,
      ssRow,
      'ESTAB 0 0 10.0.0.1:http 10.0.0.2:50000',
      'ESTAB 0 0 10.0.0.1:8080',
      `${ssRow} timer:(on,soon,0)`,
      'what is this',
      ssRow,
      '',
    ].join('\n');
    const [table] = evidenceIn(text).snapshots;
    expect(table?.rows).toHaveLength(3);
    expect(table?.problems).toEqual([
      {
        what: 'a row of ss with a port given as a name',
        count: 1,
        example: 'ESTAB 0 0 10.0.0.1:http 10.0.0.2:50000',
      },
      { what: 'a row of ss that is cut', count: 1, example: 'ESTAB 0 0 10.0.0.1:8080' },
      {
        what: "a value of ss's `timer` that makes no sense",
        count: 1,
        example: 'timer:(on,soon,0)',
      },
      { what: 'a line of no table', count: 1, example: 'what is this' },
    ]);
  });

  it('is a last line that breaks off: nothing is concluded from what it does not show', () => {
    const whole = `${ssRow} timer:(on,200ms,1) ino:7 sk:1\n\t cubic cwnd:10 retrans:1/2 unacked:1\n`;
    const cut = `${whole}${ssRow} ino:8 sk:2\n\t cubic cwnd:10 lasts`;
    const rows = rowsIn(cut);
    expect(rows.map(({ timer }) => timer?.kind)).toEqual(['retransmit', undefined]);
    expect(rows.map(({ tcpInfo }) => tcpInfo?.retransmitsTotal)).toEqual([2, null]);
    expect(rowsIn(`${whole}${ssRow}`)).toHaveLength(1);
  });

  it('cannot smuggle an escape sequence into an example', () => {
    const [table] = evidenceIn(`${ssTitle}\nx\u{1B}]0;title\u{7}y\n`).snapshots;
    expect(table?.problems[0]?.example).toBe('x\u{FFFD}]0;title\u{FFFD}y');
  });
});

describe('a text without a table', () => {
  it('says that nothing came', () => {
    expect(evidenceFromText(' \n\n')).toMatchObject({ ok: false, error: { code: 'EMPTY_INPUT' } });
  });

  it.each([
    ['HTML', '<!DOCTYPE html>\n<html><body>404</body></html>', '<!DOCTYPE html>'],
    ['a message', 'sh: 1: ss: not found\n', 'sh: 1: ss: not found'],
    ['bytes', '\u{7F}ELF\u{2}\u{1}\u{1}\u{0}', '\u{FFFD}ELF'],
    ['settings alone', 'net.ipv4.tcp_fin_timeout = 60\n', 'net.ipv4.tcp_fin_timeout = 60'],
  ])('of %s: says what is read, and how the text begins', (_, text, beginning) => {
    const result = evidenceFromText(text);
    if (result.ok) throw new Error('expected an error');
    expect(result.error.code).toBe('NO_TABLE');
    expect(result.error.message).toContain(`begins with "${beginning}`);
    expect(result.error.message).toContain('`ss -tanoie`');
    expect(result.error.message).toContain('`cat /proc/net/tcp /proc/net/tcp6`');
  });
});

describe('what a table cannot say', () => {
  it.each([
    ['ss-6.1-tanoiep.txt', ['counters', 'settings']],
    ['ss-6.1-tan.txt', ['timers', 'tcp-info', 'inodes', 'owners', 'counters', 'settings']],
    [
      'ss-6.1-tin-connected.txt',
      ['timers', 'inodes', 'listeners', 'time-wait', 'owners', 'counters', 'settings'],
    ],
    ['proc-net-tcp.txt', ['tcp-info', 'queues', 'owners', 'counters', 'settings']],
    ['net-tools-tanpeo.txt', ['tcp-info', 'queues', 'counters', 'settings']],
    ['macos-13-an.txt', ['tcp-info', 'timers', 'inodes', 'queues', 'owners']],
    ['mixed.txt', ['owners']],
  ])('%s', (name, facts) => {
    expect(missing(fixture(name))).toEqual(facts);
  });

  it('includes IPv6 where only /proc/net/tcp came', () => {
    const ipv4 = proc.split('\n').slice(0, 32).join('\n');
    expect(missing(ipv4)).toContain('ipv6');
  });

  it('is a time for counters that came without one', () => {
    const text = fixture('mixed.txt').split('\n').slice(1).join('\n');
    const evidence = evidenceIn(text);
    expect(evidence.counters).toEqual([]);
    expect(evidence.missing.find(({ fact }) => fact === 'counters')?.why).toContain('`date -Is`');
  });
});

function missing(text: string): readonly string[] {
  const evidence = evidenceIn(text);
  const all = [...(evidence.snapshots[0]?.missing ?? []), ...evidence.missing];
  return all.map(({ fact }) => fact);
}

import { describe, expect, it } from 'vitest';
import { parseProcNetTcp } from '../../src/tables-as-text/parse-proc-net-tcp.ts';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

describe('the text of /proc/net/tcp', () => {
  it('gives a listener its accept queue, and no limit, which the file does not hold', () => {
    const text = `${header}   0: 00000000:07E8 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 1677 1 000000000cb4ef5b 100 0 0 10 0\n`;
    expect(parseProcNetTcp(text, 4).rows).toEqual([
      {
        family: 4,
        tcpState: 'LISTEN',
        localAddress: '0.0.0.0',
        localPort: 2024,
        remoteAddress: '0.0.0.0',
        remotePort: 0,
        receiveQueue: 3,
        sendQueue: null,
        timer: { kind: 'none', expiresIn: 0, tries: 0 },
        inode: 1677,
        uid: 1000,
        cookie: null,
        tcpInfo: null,
      },
    ]);
  });

  it('reads a TIME-WAIT past line 9999, where the first column has outgrown its width', () => {
    const text =
      '12345: 0100007F:1F90 0200007F:C350 06 00000000:00000000 03:00001388 00000000     0        0 0 3 ffff8880deadbeef\n';
    const [row] = parseProcNetTcp(text, 4).rows;
    expect(row).toMatchObject({
      tcpState: 'TIME-WAIT',
      localAddress: '127.0.0.1',
      remoteAddress: '127.0.0.2',
      remotePort: 50000,
      timer: { kind: 'time-wait', expiresIn: 50_000, tries: 0 },
      inode: 0,
    });
  });

  it('counts retransmissions of data, but probes of keep-alive and of a zero window', () => {
    const text = withTimer('01', 9) + withTimer('02', 3) + withTimer('04', 4);
    expect(parseProcNetTcp(text, 4).rows.map(({ timer }) => timer)).toEqual([
      { kind: 'retransmit', expiresIn: 1000, tries: 5 },
      { kind: 'keepalive', expiresIn: 1000, tries: 3 },
      { kind: 'probe', expiresIn: 1000, tries: 4 },
    ]);
  });

  it('writes IPv6 as RFC 5952 does, and an IPv4 peer of a dual-stack socket as IPv4', () => {
    const text =
      between('00000000000000000000000001000000', 'B80D0120000000000000000042000000') +
      between('0000000000000000FFFF00000100007F', '0000000000000000FFFF00000200007F');
    expect(parseProcNetTcp(text, 6).rows).toMatchObject([
      { family: 6, localAddress: '::1', remoteAddress: '2001:db8::42' },
      { family: 6, localAddress: '127.0.0.1', remoteAddress: '127.0.0.2' },
    ]);
  });

  it('counts a cut row, a foreign row, a row of the other family, and goes on', () => {
    const good =
      '0: 0100007F:1F90 0200007F:C350 01 00000000:00000000 00:00000000 00000000 0 0 77 1 x';
    const another = good.replace('C350', 'C351');
    const bad = good.replace(' 01 ', ' 77 ');
    const text = [good, good.slice(0, 60), 'hello', bad, another].join('\n');
    const parsed = parseProcNetTcp(text, 4);
    expect(parsed.rows).toHaveLength(2);
    expect(parsed.problems).toEqual([
      { what: 'a row of /proc/net/tcp that is cut', count: 1, example: good.slice(0, 60).trim() },
      { what: 'not a row of /proc/net/tcp', count: 1, example: 'hello' },
      {
        what: 'a row of /proc/net/tcp with a field that makes no sense',
        count: 1,
        example: bad,
      },
    ]);
    expect(parseProcNetTcp(good, 6)).toMatchObject({
      rows: [],
      problems: [{ what: 'a row that is not IPv6', count: 1 }],
    });
  });
});

it('keeps a socket that is listed again as it was listed last, and counts the other', () => {
  const leaving =
    '0: 0100007F:1F90 0200007F:C350 01 00000000:00000000 00:00000000 00000000 0 0 77 1 x';
  const left = leaving.replace(' 01 ', ' 06 ').replace(' 77 1 ', ' 0 1 ');
  const { rows, problems } = parseProcNetTcp(`${leaving}\n${left}\n`, 4);
  expect(rows.map(({ tcpState }) => tcpState)).toEqual(['TIME-WAIT']);
  expect(problems).toMatchObject([{ what: 'a socket listed again in the same table', count: 1 }]);
});

it('keeps listeners that share a port', () => {
  const listener =
    '0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77 1 x';
  const { rows } = parseProcNetTcp(`${listener}\n${listener.replace(' 77 ', ' 78 ')}\n`, 4);
  expect(rows).toHaveLength(2);
});

function withTimer(kind: string, probes: number): string {
  return `0: 0100007F:1F${kind} 0200007F:C350 01 00000010:00000000 ${kind}:00000064 00000005 0 ${probes} 77 1 x\n`;
}

function between(local: string, remote: string): string {
  return `0: ${local}:0050 ${remote}:0051 01 00000000:00000000 00:00000000 00000000 0 0 77 1 x\n`;
}

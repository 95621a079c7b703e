import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ParsedSockDiag, parseSockDiag } from '../src/parse-sock-diag.ts';
import { attribute, DONE, LINUX_6_18, loadDatagrams, message } from './support/datagrams.ts';
import { plainRow } from './support/plain-row.ts';

const recorded = loadDatagrams(LINUX_6_18);
const recordedBytes = Buffer.concat(recorded);
const SOCKET = 20;

function rowsIn(state: string): ParsedSockDiag['rows'] {
  return parseSockDiag(recorded).rows.filter((row) => row.tcpState === state);
}

/** `struct inet_diag_msg` of an ESTABLISHED IPv4 socket, and attributes. */
function socketPayload(...attributes: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.alloc(72);
  bytes.set([2, 1, 2, 3]);
  bytes.writeUInt16BE(8080, 4);
  bytes.writeUInt16BE(50_000, 6);
  bytes.set([10, 0, 0, 7], 8);
  bytes.set([192, 0, 2, 200], 24);
  bytes.writeUInt32LE(0xffff_fff0, 52);
  bytes.writeUInt32LE(4711, 68);
  return Buffer.concat([bytes, ...attributes]);
}

describe('a dump recorded on Linux 6.18', () => {
  test('has a row in each state that was made, and no problem', () => {
    const { rows, problems } = parseSockDiag(recorded);
    expect(problems).toEqual([]);
    expect(new Set(rows.map((row) => row.tcpState))).toEqual(
      new Set('LISTEN ESTABLISHED SYN-SENT CLOSE-WAIT FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT'.split(' ')),
    );
    expect(rows).toHaveLength(18);
  });

  test('shows TIME-WAIT without owner, with its timer', () => {
    const [row] = rowsIn('TIME-WAIT');
    expect(row).toMatchObject({ inode: 0, uid: 0, tcpInfo: null, timer: { kind: 'time-wait' } });
    expect(row?.timer?.expiresIn).toBeLessThanOrEqual(60_000);
  });

  test('shows an orphan in FIN-WAIT-1 that probes the window of a peer that does not read', () => {
    const [row] = rowsIn('FIN-WAIT-1');
    expect(row).toMatchObject({
      inode: 0,
      timer: { kind: 'probe' },
      tcpInfo: { sendWindowBytes: 0 },
    });
    expect(row?.sendQueue).toBeGreaterThan(0);
    expect(row?.tcpInfo?.notSentBytes).toBeGreaterThan(0);
  });

  test('gives the accept queue of a listener and its limit as its queues', () => {
    const full = rowsIn('LISTEN').filter((row) => row.receiveQueue !== 0);
    expect(full).toMatchObject([{ receiveQueue: 2, sendQueue: 1, tcpInfo: null }]);
  });

  test('gives an IPv4 peer of a dual-stack listener as IPv4, in the IPv6 table', () => {
    const [row] = rowsIn('CLOSE-WAIT');
    expect(row).toMatchObject({ family: 6, localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' });
  });

  test('writes IPv6 addresses as RFC 5952 does', () => {
    const addresses = rowsIn('ESTABLISHED').map((row) => row.remoteAddress);
    expect(addresses).toContain('::1');
    expect(rowsIn('LISTEN').map((row) => row.localAddress)).toEqual(['::', '::1', '127.0.0.1']);
  });
});

describe('the layout of other kernels', () => {
  test('a message without attributes is a row without tcp_info', () => {
    const { rows, problems } = parseSockDiag([message(SOCKET, socketPayload()), DONE]);
    expect(problems).toEqual([]);
    const expected = [
      {
        family: 4,
        tcpState: 'ESTABLISHED',
        localAddress: '10.0.0.7',
        localPort: 8080,
        remoteAddress: '192.0.2.200',
        remotePort: 50_000,
        receiveQueue: 0,
        sendQueue: 0,
        timer: { kind: 'keepalive', expiresIn: 0, tries: 3 },
        inode: 4711,
        uid: 0,
        cookie: '0',
        tcpInfo: null,
      },
    ];
    expect(rows.map(plainRow)).toEqual(expected);
    expect(JSON.parse(JSON.stringify(rows))).toEqual(expected);
  });

  test('unknown attributes before and behind tcp_info are passed over', () => {
    const info = attribute(2, new Uint8Array(104).fill(1));
    const payload = socketPayload(attribute(250, new Uint8Array(4001)), info, attribute(99, info));
    const { rows, problems } = parseSockDiag([message(SOCKET, payload), DONE]);
    expect(problems).toEqual([]);
    expect(rows[0]?.tcpInfo).toMatchObject({ unackedSegments: 0x0101_0101, bytesSent: null });
  });

  test('an attribute longer than its message is not read', () => {
    const info = attribute(2, new Uint8Array(104));
    info[0] = 0xff;
    const { rows } = parseSockDiag([message(SOCKET, socketPayload(info)), DONE]);
    expect(rows[0]?.tcpInfo).toBeNull();
  });

  test('a timer of an unknown kind is null', () => {
    const payload = socketPayload();
    payload[2] = 9;
    expect(parseSockDiag([message(SOCKET, payload), DONE]).rows[0]?.timer).toBeNull();
  });
});

describe('what makes no sense is a counted problem', () => {
  const cases: readonly (readonly [what: string, datagrams: readonly Uint8Array[]])[] = [
    ['socket message too short', [message(SOCKET, new Uint8Array(40)), DONE]],
    ['unexpected netlink message', [message(77, new Uint8Array(8)), DONE]],
    ['socket of unknown family or state', [message(SOCKET, new Uint8Array(72)), DONE]],
    ['netlink message cut', [message(SOCKET, socketPayload()).subarray(0, 60), DONE]],
    ['dump without its end', recorded.slice(0, -1)],
    ['dump refused by the kernel', [message(2, Buffer.from([0xfe, 0xff, 0xff, 0xff]))]],
  ];
  test.each(cases)('%s', (what, datagrams) => {
    const { problems } = parseSockDiag(datagrams);
    expect(problems).toMatchObject([{ what, count: 1 }]);
  });
});

describe('whatever bytes come', () => {
  test('random bytes neither throw nor give more rows than fit', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 4096 }), expectSane));
  });

  test('a recorded dump cut anywhere gives the rows before the cut', () => {
    const whole = parseSockDiag(recorded).rows.map(plainRow);
    fc.assert(
      fc.property(fc.nat(recordedBytes.length), (end) => {
        const { rows } = parseSockDiag([new Uint8Array(recordedBytes.subarray(0, end))]);
        expect(rows.map(plainRow)).toEqual(whole.slice(0, rows.length));
      }),
    );
  });

  test('a recorded dump with any bytes changed neither throws nor hangs', () => {
    const change = fc.tuple(fc.nat(recordedBytes.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const bytes = new Uint8Array(recordedBytes);
        for (const [at, value] of changes) bytes[at] = value;
        expectSane(bytes);
      }),
    );
  });
});

function expectSane(bytes: Uint8Array): void {
  const { rows } = parseSockDiag([bytes]);
  expect(rows.length).toBeLessThanOrEqual(bytes.length / (16 + 72));
  for (const row of rows) expect(row.timer?.expiresIn ?? 0).toBeGreaterThanOrEqual(0);
}

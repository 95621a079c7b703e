import { expect, test } from 'vitest';
import { verdict } from '../support/evidence.ts';
import { listener, row, rows, tcpInfo, timer } from '../support/rows.ts';

const id = 'half-open-suspect';
const idle = (ms: number) => ({
  tcpInfo: tcpInfo({ lastDataSent: ms + 9, lastDataReceived: ms + 5, lastAckReceived: ms }),
});

test('idle past the usual cut and without a timer is a note, and only possible', () => {
  const found = verdict(id, rows(4, idle(70_000)));
  expect(found).toMatchObject({ severity: 'note', confidence: 'possible', count: 4 });
  expect(found?.lasts?.ms).toBeNull();
});

test('idle for longer than load balancers allow is a risk', () => {
  expect(verdict(id, rows(4, idle(400_000)))?.severity).toBe('risk');
});

test('a heartbeat keeps a connection from being idle', () => {
  expect(verdict(id, rows(4, idle(29_000)))).toBeUndefined();
});

test('with keep-alive the kernel finds out by itself', () => {
  expect(
    verdict(id, rows(4, { ...idle(400_000), timer: timer('keepalive', 7_000_000) })),
  ).toBeUndefined();
});

test('without tcp_info or without timers nobody knows', () => {
  expect(verdict(id, rows(4))).toBeUndefined();
  expect(verdict(id, rows(4, { ...idle(400_000), timer: null }))).toBeUndefined();
});

test('where the other end is on this machine and open, nothing is half open', () => {
  const here = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', ...idle(400_000) };
  const server = row(here);
  const client = row({ ...here, localPort: 40_000, remotePort: 8080, inode: 6000 });
  expect(verdict(id, [listener(), server, client])).toBeUndefined();
  expect(verdict(id, [listener(), server])).toMatchObject({ severity: 'risk', count: 1 });
});

import { describe, expect, test } from 'vitest';
import { KernelTcpInfo } from '../src/kernel-tcp-info.ts';

/** Every word is its own offset, so that a field tells where it was read. */
function infoOf(length: number): KernelTcpInfo {
  const bytes = new DataView(new ArrayBuffer(256));
  for (let at = 0; at + 4 <= 256; at += 4) bytes.setUint32(at, at, true);
  return new KernelTcpInfo(bytes, 0, length);
}

describe('tcp_info grew with the kernel', () => {
  const none = {
    bytesAcked: null,
    bytesReceived: null,
    notSentBytes: null,
    rwndLimited: null,
    bytesSent: null,
    sendWindowBytes: null,
  };
  const cases = [
    [104, 'before 3.15', none],
    [120, '3.15', none],
    [136, '4.1', { ...none, bytesAcked: 124 * 2 ** 32 + 120, bytesReceived: 132 * 2 ** 32 + 128 }],
    [160, '4.6', { notSentBytes: 144, rwndLimited: null, bytesSent: null }],
    [192, '4.10', { rwndLimited: (180 * 2 ** 32 + 176) / 1000, bytesSent: null }],
    [224, '4.19', { bytesSent: 204 * 2 ** 32 + 200, sendWindowBytes: null }],
    [232, '5.4', { sendWindowBytes: 228 }],
    [248, '6.7', { sendWindowBytes: 228 }],
  ] as const;
  test.each(cases)('%i bytes, %s', (length, _kernel, expected) => {
    const always = { rtt: 0.068, rto: 0.008, unackedSegments: 24, retransmitsTotal: 100 };
    const idle = { lastDataSent: 44, lastDataReceived: 52, lastAckReceived: 56 };
    expect(infoOf(length)).toMatchObject({ ...always, ...idle, ...expected });
  });

  test('an empty struct says nothing', () => {
    expect(new Set(Object.values(infoOf(0).toJSON()))).toEqual(new Set([null]));
  });

  test('a SYN that was not answered has no time of its last segment, whatever the kernel gives', () => {
    const bytes = new DataView(new ArrayBuffer(248));
    for (const at of [44, 52, 56]) bytes.setUint32(at, 2_395_060, true);
    const ages = {
      lastDataSent: 2_395_060,
      lastDataReceived: 2_395_060,
      lastAckReceived: 2_395_060,
    };
    bytes.setUint8(0, 1);
    expect(new KernelTcpInfo(bytes, 0, 248)).toMatchObject(ages);
    bytes.setUint8(0, 2);
    const none = { lastDataSent: null, lastDataReceived: null, lastAckReceived: null };
    expect(new KernelTcpInfo(bytes, 0, 248)).toMatchObject(none);
  });

  test('a round trip that was never measured is null', () => {
    expect(new KernelTcpInfo(new DataView(new ArrayBuffer(248)), 0, 248).rtt).toBeNull();
  });
});

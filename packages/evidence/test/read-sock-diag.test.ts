import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { Libc } from '../src/libc.ts';
import { parseSockDiag } from '../src/parse-sock-diag.ts';
import { readSockDiag, receiveSockDiag } from '../src/read-sock-diag.ts';
import { DONE, LINUX_6_18, loadDatagrams, message } from './support/datagrams.ts';
import { plainRow } from './support/plain-row.ts';

type Answer = Uint8Array | { readonly errno: number };

const { EINTR, EAGAIN, EPERM } = constants.errno;
const recorded = loadDatagrams(LINUX_6_18);
const INTERRUPTED = message(3, new Uint8Array(4), 0x10);
const ENOENT_ANSWER = message(2, Buffer.from([0xfe, 0xff, 0xff, 0xff]));

const done = (): number => 0;

/** A kernel that gives these answers, one for each recv; `dumps` counts the questions. */
function kernelThatAnswers(answers: readonly Answer[]): { libc: Libc; seen: { dumps: number } } {
  const left = [...answers];
  const seen = { dumps: 0 };
  let errno = 0;
  const recv = (_fd: number, buffer: Uint8Array): number => {
    const answer = left.shift() ?? DONE;
    if (answer instanceof Uint8Array) {
      buffer.set(answer.subarray(0, buffer.length));
      return answer.length;
    }
    errno = answer.errno;
    return -1;
  };
  const send = (): number => {
    seen.dumps += 1;
    return 76;
  };
  const options = { setReceiveTimeout: done, setReceiveBuffer: done, bind: done, setns: done };
  const aside = { recvMany: () => Promise.resolve(-1), readLinkAt: () => -1, addressOf: () => 0n };
  const other = { ...options, ...aside, socket: () => 3, close: done };
  return { libc: { ...other, recv, send, errno: () => errno }, seen };
}

function readFrom(...answers: readonly Answer[]): ReturnType<typeof readSockDiag> {
  return readSockDiag(kernelThatAnswers(answers).libc, { tcpInfo: true });
}

describe('reading a dump', () => {
  test('gives the rows of all datagrams', () => {
    const { rows, problems } = readFrom(...recorded);
    const expected = parseSockDiag(recorded);
    expect(rows.map(plainRow)).toEqual(expected.rows.map(plainRow));
    expect(problems).toEqual(expected.problems);
  });

  test('goes on after a signal', () => {
    expect(readFrom({ errno: EINTR }, ...recorded).rows).toHaveLength(18);
  });

  test('does not wait for ever among signals', () => {
    const signals = Array.from({ length: 1000 }, () => ({ errno: EINTR }));
    expect(() => readFrom(...signals)).toThrow(/signals/);
  });

  test('is taken again when the table changed under it', () => {
    const first = recorded.slice(0, 1).map((datagram) => new Uint8Array(datagram));
    const { libc, seen } = kernelThatAnswers([...first, INTERRUPTED, ...recorded]);
    expect(readSockDiag(libc, { tcpInfo: true })).toEqual(parseSockDiag(recorded));
    expect(seen.dumps).toBe(2);
  });

  test('is kept, with a problem, when the table changes each time', () => {
    const { libc, seen } = kernelThatAnswers([INTERRUPTED, INTERRUPTED, INTERRUPTED]);
    const { problems } = readSockDiag(libc, { tcpInfo: true });
    expect(problems).toMatchObject([{ what: 'table changed while it was read', count: 1 }]);
    expect(seen.dumps).toBe(3);
  });

  test('counts a datagram that did not fit the buffer', () => {
    const { problems } = readFrom(message(20, new Uint8Array(100_000)), DONE);
    expect(problems.map(({ what }) => what)).toContain('netlink datagram longer than the buffer');
  });

  const refusals = [
    ['a kernel without sock_diag', ENOENT_ANSWER, /refused \(ENOENT\)/],
    ['a kernel that does not answer', { errno: EAGAIN }, /no answer \(EAGAIN\)/],
    ['a sandbox that forbids it', { errno: EPERM }, /no answer \(EPERM\)/],
  ] as const;
  test.each(refusals)('fails with the errno of %s', (_who, answer, text) => {
    expect(() => readFrom(answer)).toThrow(text);
    expect(() => readFrom(answer)).toThrow(expect.objectContaining({ code: 'UNREADABLE' }));
  });
});

test('a dump that another thread could not receive is left to a second try', async () => {
  const { libc } = kernelThatAnswers([]);
  expect(await receiveSockDiag(libc, { tcpInfo: true })).toBeNull();
});

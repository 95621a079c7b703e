import { expect, test } from 'vitest';
import {
  finProof,
  nextTcpState,
  peerOf,
  type TcpEvent,
  type TcpState,
  tcpTeardown,
} from '../src/index.ts';

function after(...events: readonly TcpEvent[]): TcpState {
  return events.reduce<TcpState>(nextTcpState, 'ESTABLISHED');
}

test('whoever sends the first FIN holds TIME-WAIT', () => {
  expect(after('close', 'receive-ack-of-fin', 'receive-fin')).toBe('TIME-WAIT');
});

test('whoever answers goes through CLOSE-WAIT and LAST-ACK, and is gone', () => {
  expect(after('receive-fin')).toBe('CLOSE-WAIT');
  expect(after('receive-fin', 'close')).toBe('LAST-ACK');
  expect(after('receive-fin', 'close', 'receive-ack-of-fin')).toBe('CLOSED');
});

test('FINs that cross lead through CLOSING to TIME-WAIT', () => {
  expect(after('close', 'receive-fin')).toBe('CLOSING');
  expect(after('close', 'receive-fin', 'receive-ack-of-fin')).toBe('TIME-WAIT');
});

test('an RST on a live connection leaves no TIME-WAIT', () => {
  expect(after('abort')).toBe('CLOSED');
  expect(after('close', 'receive-ack-of-fin', 'receive-rst')).toBe('CLOSED');
});

test('no timer of the kernel ends TIME-WAIT but its own', () => {
  expect(nextTcpState('TIME-WAIT', 'give-up')).toBe('TIME-WAIT');
  expect(nextTcpState('TIME-WAIT', 'expire')).toBe('CLOSED');
});

test('an event that means nothing in a tcpState leaves it', () => {
  expect(nextTcpState('CLOSED', 'receive-fin')).toBe('CLOSED');
  expect(nextTcpState('ESTABLISHED', 'receive-ack-of-fin')).toBe('ESTABLISHED');
});

test('from every tcpState CLOSED can be reached', () => {
  const leads = (tcpState: TcpState, tried: readonly TcpState[]): boolean =>
    tcpState === 'CLOSED' ||
    Object.values(tcpTeardown[tcpState]).some(
      (next) => !tried.includes(next) && leads(next, [...tried, next]),
    );
  for (const tcpState of Object.keys(tcpTeardown) as TcpState[]) {
    expect(leads(tcpState, [tcpState])).toBe(true);
  }
});

test('LAST-ACK proves an answer, FIN-WAIT-2 a FIN before one was received, CLOSED nothing', () => {
  expect(finProof('LAST-ACK')).toEqual({ sent: true, received: true, order: 'answer' });
  expect(finProof('FIN-WAIT-2')).toEqual({ sent: true, received: false, order: 'first' });
  expect(finProof('CLOSED')).toBeNull();
});

test('the peer of each end is the other', () => {
  expect([peerOf('client'), peerOf('server')]).toEqual(['server', 'client']);
});

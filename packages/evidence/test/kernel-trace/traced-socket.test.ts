import type { SocketState } from '@farewell/core';
import { describe, expect, it } from 'vitest';
import {
  applyDestroy,
  applyRetransmit,
  applyState,
  endingOf,
  newTracedSocket,
  type TracedSocket,
} from '../../src/kernel-trace/traced-socket.ts';

const node = { pid: 7, name: 'node' };
const byNode = { inInterrupt: false, process: node };
const byKernel = { inInterrupt: true, process: null };

/** A server's socket that went through these states, a millisecond each; `*` marks what a process did. */
function lived(...path: readonly string[]): TracedSocket {
  const socket = newTracedSocket(1, 0);
  let from: SocketState = 'LISTEN';
  for (const [at, step] of ['SYN-RECEIVED', 'ESTABLISHED', ...path].entries()) {
    const to = step.replace('*', '') as SocketState;
    applyState(socket, { from, to, at }, step.endsWith('*') ? byNode : byKernel);
    from = to;
  }
  return socket;
}

describe('whose FIN was first', () => {
  it.each([
    ['local', ['FIN-WAIT-1*', 'FIN-WAIT-2', 'CLOSED']],
    ['peer', ['CLOSE-WAIT', 'LAST-ACK*', 'CLOSED']],
    ['crossed', ['FIN-WAIT-1*', 'CLOSING', 'CLOSED']],
    ['none', ['CLOSED']],
  ] as const)('is %s after %s', (firstFin, path) => {
    expect(lived(...path).firstFin).toBe(firstFin);
  });

  it('follows from where a socket was first seen, and is unknown if it was CLOSED by then', () => {
    const met = newTracedSocket(1, 0);
    applyState(met, { from: 'LAST-ACK', to: 'CLOSED', at: 1 }, byKernel);
    expect(met.firstFin).toBe('peer');
    const late = newTracedSocket(2, 0);
    applyDestroy(late, byKernel);
    expect(late.firstFin).toBe('unknown');
  });

  it('names the process that sent our FIN, not one that a packet interrupted', () => {
    expect(lived('CLOSE-WAIT', 'LAST-ACK*').closer).toEqual(node);
    expect(lived('CLOSE-WAIT').closer).toBeNull();
  });
});

describe('FIN-WAIT-2 to CLOSED', () => {
  it('is unknown by itself', () => {
    const orphanOrNot = lived('FIN-WAIT-1*', 'FIN-WAIT-2', 'CLOSED');
    applyDestroy(orphanOrNot, byKernel);
    expect(endingOf(orphanOrNot, true)).toBe('unknown');
  });

  it('is TIME-WAIT if a process still had the socket: no orphan, no timer', () => {
    const owned = lived('FIN-WAIT-1*', 'FIN-WAIT-2', 'CLOSED');
    applyDestroy(owned, byNode);
    expect(endingOf(owned, true)).toBe('time-wait');
    expect(endingOf(owned, false)).toBe('unknown');
  });

  it('says nothing of a socket that became CLOSED in its own process, destroyed right there', () => {
    const closedByItself = lived('FIN-WAIT-1*', 'FIN-WAIT-2', 'CLOSED*');
    applyDestroy(closedByItself, byNode);
    expect(endingOf(closedByItself, true)).toBe('unknown');
  });

  it('is a reset if one came in, and what a row says before all else', () => {
    const reset = lived('FIN-WAIT-1*', 'FIN-WAIT-2', 'CLOSED');
    reset.resetReceived = true;
    expect(endingOf(reset, true)).toBe('reset-received');
    const orphan = lived('FIN-WAIT-1*', 'FIN-WAIT-2', 'CLOSED');
    orphan.rowEnding = 'orphan-fin-wait-2';
    expect(endingOf(orphan, false)).toBe('orphan-fin-wait-2');
  });
});

describe('how a socket ended', () => {
  it('is closed after LAST-ACK, and unknown once the FIN had to be sent again', () => {
    const answered = lived('CLOSE-WAIT', 'LAST-ACK*', 'CLOSED');
    expect(endingOf(answered, true)).toBe('closed');
    const again = lived('CLOSE-WAIT', 'LAST-ACK*');
    applyRetransmit(again);
    applyState(again, { from: 'LAST-ACK', to: 'CLOSED', at: 9 }, byKernel);
    expect(endingOf(again, true)).toBe('unknown');
  });

  it('is TIME-WAIT after CLOSING', () => {
    expect(endingOf(lived('FIN-WAIT-1*', 'CLOSING', 'CLOSED'), true)).toBe('time-wait');
  });

  it('is given up if only retransmissions went before', () => {
    const silent = lived('FIN-WAIT-1*');
    applyRetransmit(silent);
    applyState(silent, { from: 'FIN-WAIT-1', to: 'CLOSED', at: 9 }, byKernel);
    expect(endingOf(silent, true)).toBe('gave-up');
    expect(endingOf(lived('CLOSED'), true)).toBe('unknown');
  });

  it('is a reset of ours if one went out with it, not one that went out earlier', () => {
    const socket = lived('CLOSED*');
    const closedAt = socket.closedAt ?? 0;
    socket.resetSent = { at: closedAt + 0.02, reason: 'TCP_ABORT_ON_CLOSE' };
    expect(endingOf(socket, true)).toBe('reset-sent');
    socket.resetSent = { at: closedAt - 500, reason: null };
    expect(endingOf(socket, true)).toBe('unknown');
  });

  it('is never-opened for a connect that failed', () => {
    const refused = newTracedSocket(1, 0);
    applyState(refused, { from: 'CLOSED', to: 'SYN-SENT', at: 0 }, byNode);
    refused.resetReceived = true;
    applyState(refused, { from: 'SYN-SENT', to: 'CLOSED', at: 1 }, byKernel);
    expect(endingOf(refused, true)).toBe('never-opened');
    expect(refused).toMatchObject({ role: 'client', opener: node, established: false });
  });
});

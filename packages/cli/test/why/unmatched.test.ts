import type { Target } from '@farewell/diagnosis';
import { describe, expect, test } from 'vitest';
import type { ProcessFinder } from '../../src/why/process-finder.ts';
import { unmatched } from '../../src/why/unmatched.ts';
import { counted, evidence, report, row, states, table } from '../support/reports.ts';

const owners = {
  processes: [
    {
      pid: 9,
      name: 'nginx',
      uid: 0,
      user: 'root',
      container: null,
      openDescriptors: 1,
      descriptorLimit: 9,
    },
  ],
  byInode: new Map([[5, [9]]]),
};
const seen = evidence({
  snapshots: [
    table({
      rows: [8000, 80, 8081].map((localPort, index) =>
        row({ tcpState: 'LISTEN', localPort, inode: index === 1 ? 5 : 6 }),
      ),
    }),
  ],
  owners,
});

function finder(parts: Partial<ProcessFinder> = {}): ProcessFinder {
  return { pidsNamed: () => [], mayList: () => true, ...parts };
}

function ask(target: Target, processes: ProcessFinder | null = finder()) {
  return unmatched(report({ target }), seen, processes);
}

describe('unmatched', () => {
  test('is silent if there are sockets, or if everything was asked for', () => {
    const some = report({ tcpStates: states({ LISTEN: counted({ count: 1 }) }) });
    expect(unmatched(some, seen, finder())).toBeNull();
    expect(ask({ kind: 'namespace' })).toBeNull();
  });

  test('names the listeners whose port is nearest, with their process', () => {
    expect(ask({ kind: 'port', port: 8080 })).toEqual({
      kind: 'none',
      text: 'No socket has the local or remote port 8080. Listening here: :8081, :8000, :80 (nginx).',
    });
    expect(ask({ kind: 'endpoint', address: '::1', port: 81 })?.text).toContain('[::1]:81.');
  });

  test('a process without sockets is an answer', () => {
    expect(ask({ kind: 'pid', pid: 7 })).toEqual({
      kind: 'none',
      text: 'pid 7 holds no TCP socket in this network namespace.',
    });
  });

  test('a process whose descriptors this user may not list is none', () => {
    const hidden = finder({ mayList: () => false, pidsNamed: () => [7, 8] });
    expect(ask({ kind: 'pid', pid: 7 }, hidden)).toMatchObject({ kind: 'hidden' });
    expect(ask({ kind: 'name', name: 'java' }, hidden)).toEqual({
      kind: 'hidden',
      text: expect.stringMatching(
        /which sockets java holds \(2 processes of another user\)\. Run as root/,
      ),
    });
  });

  test('a name that no process has is none, and what there is is named', () => {
    expect(ask({ kind: 'name', name: 'ngin' })).toEqual({
      kind: 'hidden',
      text: 'No process named ngin runs here. Holding sockets: nginx.',
    });
    expect(ask({ kind: 'name', name: 'java' }, null)?.text).toMatch(
      /^The table names no process java\. /,
    );
  });
});

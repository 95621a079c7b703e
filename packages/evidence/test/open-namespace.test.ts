import { execFileSync, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Missing, NamespaceInfo, SocketTable, TcpSettings } from '@farewell/core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeWith } from '../../../test/support/requires.ts';
import { EvidenceError, type NamespaceSelector, openNamespace } from '../src/index.ts';
import { plainRow } from './support/plain-row.ts';
import { type Population, populateNamespace } from './support/population.ts';
import { type SocketsInStates, socketsInStates } from './support/sockets-in-states.ts';

const SCRIPT = fileURLToPath(new URL('./support/read-as-json.ts', import.meta.url));
const NODE = [process.execPath, '--import', 'tsx', '--conditions', '@farewell/source', SCRIPT];
const ORDINARY_USER = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
const WITHOUT_KOFFI = { FAREWELL_NO_KOFFI: '1' };

interface ReadByOther {
  readonly table: SocketTable;
  readonly owners: { readonly processes: readonly unknown[] };
  readonly settings: TcpSettings | null;
  readonly counters: { readonly sockets: { readonly timeWait: number } } | null;
  readonly missing: readonly Missing[];
  readonly namespace: NamespaceInfo;
  readonly code?: string;
}

function readInProcess(command: readonly string[], env: Record<string, string> = {}): ReadByOther {
  const [file = '', ...args] = command;
  const stdout = execFileSync(file, args, { ...inFull, env: { ...process.env, ...env } });
  return JSON.parse(stdout) as ReadByOther;
}

/** Also where a busy machine has 100,000 sockets. */
const inFull = { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 } as const;

function readOwnTable(): SocketTable {
  using reader = openNamespace({ kind: 'own' });
  return reader.readTable();
}

/** What stays the same of both ends of a connection while they stay in their states. */
function identitiesOf(ends: readonly number[], { rows }: SocketTable) {
  return rows
    .filter(({ localPort, remotePort }) => ends.includes(localPort) && ends.includes(remotePort))
    .map(plainRow)
    .map(({ timer, tcpInfo, ...row }) => ({ ...row, timer: timer?.kind, known: tcpInfo !== null }));
}

function timeWaits(table: SocketTable) {
  return table.rows.filter((row) => row.tcpState === 'TIME-WAIT');
}

function facts(missing: readonly Missing[]): string[] {
  return missing.map(({ fact }) => fact);
}

describeWith(['linux'], 'the table of this network namespace', () => {
  let sockets: SocketsInStates;
  beforeAll(async () => {
    sockets = await socketsInStates();
  });
  afterAll(() => sockets[Symbol.asyncDispose]());

  function connection(clientPort: number, table = readOwnTable()) {
    const { port } = sockets;
    const between = (local: number, remote: number) =>
      table.rows.find((row) => row.localPort === local && row.remotePort === remote);
    return { client: between(clientPort, port), server: between(port, clientPort) };
  }

  /** The kernel may have given a port here that TIME-WAITs of others still have: those are told by both ports. */
  function isMade(row: { tcpState: string; localPort: number; remotePort: number }): boolean {
    const ends = [row.localPort, row.remotePort];
    if (row.tcpState === 'TIME-WAIT')
      return ends.includes(sockets.clients.timeWait) && ends.includes(sockets.port);
    return [sockets.port, sockets.ipv6.port, sockets.full.port].some((port) => ends.includes(port));
  }

  function linesOfSs(): string[] {
    const text = execFileSync('ss', ['-Htan'], inFull);
    const rows = text.trim().split('\n').map(parseSsLine);
    return rows.filter(isMade).map(line).toSorted();
  }

  test('shows both ends of a connection, the server by IPv4 in the IPv6 table', () => {
    const { client, server } = connection(sockets.clients.established);
    expect(client).toMatchObject({ tcpState: 'ESTABLISHED', family: 4, uid: process.getuid?.() });
    expect(server).toMatchObject({ tcpState: 'ESTABLISHED', family: 6, localAddress: '127.0.0.1' });
    expect(client?.tcpInfo?.rtt).toBeGreaterThan(0);
  });

  test('shows FIN-WAIT-2 and CLOSE-WAIT without a timer while processes hold both', () => {
    const { client, server } = connection(sockets.clients.finWait2);
    expect(client).toMatchObject({ tcpState: 'FIN-WAIT-2', timer: { kind: 'none' } });
    expect(server).toMatchObject({ tcpState: 'CLOSE-WAIT', timer: { kind: 'none' } });
  });

  test('shows TIME-WAIT at the end that sent the first FIN, and nothing at the other', () => {
    const { client, server } = connection(sockets.clients.timeWait);
    expect(client).toMatchObject({ tcpState: 'TIME-WAIT', inode: 0, timer: { kind: 'time-wait' } });
    expect(client?.timer?.expiresIn).toBeLessThanOrEqual(60_000);
    expect(server).toBeUndefined();
  });

  test('shows FIN-WAIT-1 that probes a zero window, with what the peer did not read', async () => {
    await vi.waitFor(() => {
      const { client, server } = connection(sockets.clients.orphan);
      expect(client).toMatchObject({ tcpState: 'FIN-WAIT-1', inode: 0, timer: { kind: 'probe' } });
      expect(client?.sendQueue).toBeGreaterThan(0);
      expect(server?.receiveQueue).toBeGreaterThan(0);
    }, 20_000);
  });

  test('shows SYN-SENT behind a full accept queue, whose length and limit the listener has', async () => {
    const { port } = sockets.full;
    await vi.waitFor(() => {
      const { rows } = readOwnTable();
      const listener = rows.find((row) => row.localPort === port && row.tcpState === 'LISTEN');
      expect(listener).toMatchObject({ receiveQueue: 2, sendQueue: 1 });
      const waiting = rows.filter((row) => row.remotePort === port && row.tcpState === 'SYN-SENT');
      expect(waiting).toMatchObject([{ timer: { kind: 'retransmit' } }, {}]);
    }, 20_000);
  });

  test('names the process of each socket', () => {
    using reader = openNamespace({ kind: 'own' });
    const { client } = connection(sockets.clients.established);
    const { rows } = reader.readTable();
    const listener = rows.find((row) => row.localPort === sockets.full.port);
    const owners = reader.readOwners(new Set([client?.inode ?? 0, listener?.inode ?? 0]));
    expect(owners.byInode.get(client?.inode ?? 0)).toEqual([process.pid]);
    expect(owners.byInode.get(listener?.inode ?? 0)).toEqual([sockets.full.pid]);
    const self = owners.processes.find(({ pid }) => pid === process.pid);
    expect(self?.openDescriptors).toBeGreaterThan(5);
    expect(self?.uid).toBe(process.getuid?.());
  });

  test('is the same when another thread receives it', async () => {
    using reader = openNamespace({ kind: 'own' });
    const received = await reader.receiveTable();
    expect(received).toMatchObject({ source: 'sock-diag', problems: [], missing: [] });
    const read = reader.readTable();
    const { established, finWait2 } = sockets.clients;
    for (const client of [established, finWait2]) {
      const ends = [client, sockets.port];
      expect(identitiesOf(ends, received)).toHaveLength(2);
      expect(identitiesOf(ends, received)).toEqual(identitiesOf(ends, read));
    }
  });

  test('is received also where sock_diag cannot be used', async () => {
    process.env['FAREWELL_NO_KOFFI'] = '1';
    try {
      using reader = openNamespace({ kind: 'own' });
      expect((await reader.receiveTable()).source).toBe('proc-net-tcp');
    } finally {
      delete process.env['FAREWELL_NO_KOFFI'];
    }
  });

  test('gives the same identity to the same socket each time', () => {
    const first = connection(sockets.clients.established).client?.cookie;
    expect(first).toMatch(/^[0-9a-f]+$/);
    expect(connection(sockets.clients.established).client?.cookie).toBe(first);
  });

  test('without koffi has the same sockets, and says what is missing', () => {
    const { table, missing } = readInProcess([...NODE, 'own'], WITHOUT_KOFFI);
    expect(table.source).toBe('proc-net-tcp');
    expect(facts(missing)).toEqual(expect.arrayContaining(['tcp-info', 'queues']));
    expect(missing[0]?.why).toContain('FAREWELL_NO_KOFFI');
    for (const clientPort of Object.values(sockets.clients)) {
      const here = connection(clientPort);
      const there = connection(clientPort, table);
      expect(there.client?.tcpState).toBe(here.client?.tcpState);
      expect(there.server?.tcpState).toBe(here.server?.tcpState);
    }
  });

  test('is the same for the pid of a process in this namespace', () => {
    using reader = openNamespace({ kind: 'pid', pid: sockets.full.pid });
    const { client } = connection(sockets.clients.finWait2, reader.readTable());
    expect(client?.tcpState).toBe('FIN-WAIT-2');
    expect(reader.namespace.label).toBe(`network namespace of pid ${sockets.full.pid}`);
  });

  describeWith(['ss'], 'agrees with ss', () => {
    test('on the state and the ports of each socket made here', async () => {
      await vi.waitFor(() => {
        const ours = readOwnTable().rows.filter(isMade).map(line).toSorted();
        expect(ours).toHaveLength(18);
        expect(ours).toEqual(linesOfSs());
      }, 20_000);
    });
  });

  describeWith(['setpriv'], 'as an ordinary user', () => {
    test('has tcp_info of foreign sockets, but not their owners', () => {
      const { table, missing, owners } = readInProcess([...ORDINARY_USER, ...NODE, 'own']);
      const { client } = connection(sockets.clients.established, table);
      expect(table.source).toBe('sock-diag');
      expect(client?.tcpInfo?.rto).toBeGreaterThan(0);
      expect(facts(missing)).toEqual(['owners-of-other-users']);
      expect(JSON.stringify(owners.processes)).not.toContain(`"pid":${process.pid},`);
    });

    test('is recognised behind the pid of a foreign process, although it cannot be entered', () => {
      const { table } = readInProcess([...ORDINARY_USER, ...NODE, String(sockets.full.pid)]);
      expect(table.source).toBe('sock-diag');
    });

    test('is recognised behind its own path', () => {
      const { table } = readInProcess([...ORDINARY_USER, ...NODE, '/proc/self/ns/net']);
      expect(table.source).toBe('sock-diag');
    });
  });
});

const SS_STATES: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'SYN-RECV': 'SYN-RECEIVED',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
};

function parseSsLine(text: string): { tcpState: string; localPort: number; remotePort: number } {
  const [state = '', , , local = '', remote = ''] = text.split(/\s+/);
  return {
    tcpState: SS_STATES[state] ?? state,
    localPort: portIn(local),
    remotePort: portIn(remote),
  };
}

/** `*` is the remote port of a listener. */
function portIn(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1)) || 0;
}

function line(row: { tcpState: string; localPort: number; remotePort: number }): string {
  return `${row.tcpState} ${row.localPort} ${row.remotePort}`;
}

describeWith(['linux', 'namespaces'], 'the network namespace of another process', () => {
  let population: Population;
  beforeAll(async () => {
    population = await populateNamespace({ 'net/ipv4/tcp_fin_timeout': 5 });
  });
  afterAll(() => population[Symbol.asyncDispose]());

  describeWith(['root'], 'as root', () => {
    test('is entered for the table, the settings and the counters, and left again', () => {
      const before = readlinkSync('/proc/thread-self/ns/net');
      using reader = openNamespace({ kind: 'pid', pid: population.pid });
      const table = reader.readTable();
      expect(table.source).toBe('sock-diag');
      expect(timeWaits(table)).toHaveLength(18);
      expect(reader.readSettings()).toMatchObject({
        finTimeout: 5000,
        portRange: [10_000, 65_000],
      });
      expect(reader.readCounters()?.sockets?.timeWait).toBe(18);
      expect(reader.missing).toEqual([]);
      expect(readlinkSync('/proc/thread-self/ns/net')).toBe(before);
    });

    test('shows TIME-WAIT of up to 60 s although tcp_fin_timeout is 5 s there', () => {
      using reader = openNamespace({ kind: 'pid', pid: population.pid });
      const rows = timeWaits(reader.readTable());
      const longest = Math.max(...rows.map((row) => row.timer?.expiresIn ?? 0));
      expect(longest).toBeGreaterThan(5000);
      expect(longest).toBeLessThanOrEqual(60_000);
      for (const row of rows) expect(row).toMatchObject({ inode: 0, uid: 0 });
    });

    test('is found by its path as well, with its owners', () => {
      using reader = openNamespace({ kind: 'path', path: `/proc/${population.pid}/ns/net` });
      const { rows } = reader.readTable();
      const listener = rows.find((row) => row.tcpState === 'LISTEN');
      const owners = reader.readOwners(new Set([listener?.inode ?? 0]));
      expect(owners.processes).toMatchObject([{ pid: population.pid }]);
    });
  });

  describeWith(['setpriv'], 'as an ordinary user', () => {
    test('is read from /proc/PID/net, and what that lacks is said', () => {
      const read = readInProcess([...ORDINARY_USER, ...NODE, String(population.pid)]);
      expect(read.table.source).toBe('proc-net-tcp');
      expect(timeWaits(read.table)).toHaveLength(18);
      expect(read.counters?.sockets.timeWait).toBe(18);
      expect(read.settings).toBeNull();
      expect(facts(read.missing)).toEqual(
        'tcp-info queues settings owners-of-other-users'.split(' '),
      );
      expect(read.missing[0]?.why).toContain('root');
    });
  });

  describeWith(['setpriv'], 'by its path as an ordinary user', () => {
    test('is not permitted', () => {
      const path = `/proc/${population.pid}/ns/net`;
      const { code } = readInProcess([...ORDINARY_USER, ...NODE, path]);
      expect(code).toBe('NOT_PERMITTED');
    });
  });

  test('without koffi is read from /proc/PID/net', () => {
    const read = readInProcess([...NODE, String(population.pid)], WITHOUT_KOFFI);
    expect(read.table.source).toBe('proc-net-tcp');
    expect(timeWaits(read.table)).toHaveLength(18);
    expect(read.settings).toBeNull();
  });
});

describeWith(['linux'], 'what cannot be opened says so with a code', () => {
  const cases: readonly (readonly [NamespaceSelector, string])[] = [
    [{ kind: 'pid', pid: 0 }, 'INVALID_PID'],
    [{ kind: 'pid', pid: Number.NaN }, 'INVALID_PID'],
    [{ kind: 'pid', pid: 2 ** 31 }, 'NO_SUCH_PROCESS'],
    [{ kind: 'path', path: '/run/netns/there-is-none' }, 'NO_SUCH_NAMESPACE'],
    [{ kind: 'path', path: '/dev/null' }, 'NO_SUCH_NAMESPACE'],
    [{ kind: 'path', path: '/proc/self/ns/uts' }, 'NO_SUCH_NAMESPACE'],
  ];
  test.each(cases)('%o: %s', (where, code) => {
    expect(() => openNamespace(where)).toThrow(expect.objectContaining({ code }));
    expect(() => openNamespace(where)).toThrow(EvidenceError);
  });

  test('a process that has ended', () => {
    const { pid } = spawnSync('true');
    expect(() => openNamespace({ kind: 'pid', pid })).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_PROCESS' }),
    );
  });
});

describe('another system than Linux', () => {
  test('is told to use a table taken elsewhere', () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
    expect(() => openNamespace({ kind: 'own' })).toThrow(/--from/);
    vi.restoreAllMocks();
  });
});

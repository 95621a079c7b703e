import type {
  Counters,
  Missing,
  NamespaceInfo,
  Owners,
  SocketRow,
  SocketTable,
  TcpSettings,
} from '@farewell/core';
import { EvidenceError } from './evidence-error.ts';
import {
  type DestroyEvents,
  type DestroyEventsOptions,
  openDestroyEvents,
} from './kernel-trace/read-destroy-events.ts';
import { loadLibc } from './libc.ts';
import { locateNamespace, type NamespacePlace, type NamespaceSelector } from './namespace-place.ts';
import { readCounters } from './read-counters.ts';
import { OwnerSearch, readOwners } from './read-owners.ts';
import { missingInProcNetTcp, readProcNetTcp } from './read-proc-net-tcp.ts';
import { readSettings } from './read-settings.ts';
import { readSockDiag, receiveSockDiag } from './read-sock-diag.ts';

/** Reads one network namespace. All reads are synchronous and change nothing on the host. */
export interface NamespaceReader extends Disposable {
  readonly namespace: NamespaceInfo;
  /** What cannot be seen, and what would show it. Readings add to it: look at it after them. */
  readonly missing: readonly Missing[];
  /** All TCP sockets, `tcp_info` included unless it is false. 100,000 sockets take about 100 ms. */
  readTable(options?: { readonly tcpInfo?: boolean }): SocketTable;
  /**
   * The same, received by another thread while the caller goes on: 100,000 sockets then block for 30 ms.
   * Keep the namespace open until it resolves.
   */
  receiveTable(): Promise<SocketTable>;
  /** Null if the kernel's counters cannot be read. */
  readCounters(): Counters | null;
  /** Null if the namespace cannot be entered: only from within can its sysctls be read. */
  readSettings(): TcpSettings | null;
  /** Who holds these sockets, or all sockets, as far as this user may see. */
  readOwners(inodes?: ReadonlySet<number>): Owners;
  /**
   * Who holds the sockets of a table that is on its way: the processes of this namespace are looked at
   * meanwhile, those of others only if sockets are left without an owner then.
   */
  readOwnersOf(receiving: Promise<SocketTable>): Promise<Owners>;
  /**
   * Listens to the deaths of its sockets; null if it cannot be entered. Throws EvidenceError as
   * `openDestroyEvents` does.
   */
  openDestroyEvents(options?: Pick<DestroyEventsOptions, 'signal'>): DestroyEvents | null;
}

/**
 * Opens a network namespace for reading: through netlink sock_diag where koffi is installed and the
 * namespace can be entered, else through /proc/PID/net, and `missing` says what that lacks. Dispose of it
 * to release the namespace. Throws EvidenceError with `code` `NOT_LINUX`, `INVALID_PID`,
 * `NO_SUCH_PROCESS`, `NO_SUCH_NAMESPACE`, `NOT_PERMITTED` or `UNREADABLE`.
 */
export function openNamespace(where: NamespaceSelector): NamespaceReader {
  if (process.platform !== 'linux') {
    throw new EvidenceError(
      'NOT_LINUX',
      `live socket tables are read on Linux, this is ${process.platform}: explain a table taken elsewhere (--from)`,
    );
  }
  return new LiveNamespace(locateNamespace(where));
}

/** The structures of recvmmsg(2) are written for these only. */
const is64Bit = ['x64', 'arm64', 'riscv64', 'loong64'].includes(process.arch);

class LiveNamespace implements NamespaceReader {
  readonly #place: NamespacePlace;
  /** Why sock_diag is not used; null while it is. */
  #whyNoSockDiag: string | null;
  #deniedOwners = 0;
  #withoutCounters = false;

  constructor(place: NamespacePlace) {
    this.#place = place;
    this.#whyNoSockDiag = place.notEntered;
  }

  get namespace(): NamespaceInfo {
    return this.#place.info;
  }

  get missing(): readonly Missing[] {
    return [
      ...this.#missingInTable(),
      ...this.#missingSettings(),
      ...this.#missingCounters(),
      ...this.#missingOwners(),
    ];
  }

  readTable({ tcpInfo = true }: { readonly tcpInfo?: boolean } = {}): SocketTable {
    const at = Date.now();
    const parsed = this.#trySockDiag(tcpInfo);
    if (parsed) return { source: 'sock-diag', at, ...parsed, missing: [] };
    const fromText = this.#place.inside(() => readProcNetTcp(this.#place.procNet));
    return { source: 'proc-net-tcp', at, ...fromText, missing: this.#missingInTable() };
  }

  async receiveTable(): Promise<SocketTable> {
    const at = Date.now();
    const parsed = await this.#tryReceiving();
    return parsed ? { source: 'sock-diag', at, ...parsed, missing: [] } : this.readTable();
  }

  readCounters(): Counters | null {
    const counters = this.#place.inside(() => readCounters(this.#place.procNet));
    this.#withoutCounters = counters === null;
    return counters;
  }

  readSettings(): TcpSettings | null {
    return this.#place.notEntered === null ? this.#place.inside(readSettings) : null;
  }

  readOwners(inodes?: ReadonlySet<number>): Owners {
    const { owners, denied } = readOwners({ inodes, namespace: this.#place.info.inode });
    this.#deniedOwners = denied;
    return owners;
  }

  async readOwnersOf(receiving: Promise<SocketTable>): Promise<Owners> {
    const search = new OwnerSearch({ namespace: this.#place.info.inode });
    search.lookNear();
    const { rows } = await receiving;
    search.lookFar(inodesOf(rows));
    const { owners, denied } = search.found();
    this.#deniedOwners = denied;
    return owners;
  }

  openDestroyEvents(options: Pick<DestroyEventsOptions, 'signal'> = {}): DestroyEvents | null {
    if (this.#place.notEntered !== null) return null;
    return openDestroyEvents({ ...options, inside: (act) => this.#place.inside(act) });
  }

  [Symbol.dispose](): void {
    this.#place.close();
  }

  #trySockDiag(tcpInfo: boolean): ReturnType<typeof readSockDiag> | null {
    if (this.#whyNoSockDiag !== null) return null;
    const loaded = loadLibc();
    if (loaded.libc === null) {
      this.#whyNoSockDiag = loaded.why;
      return null;
    }
    const { libc } = loaded;
    try {
      return this.#place.inside(() => readSockDiag(libc, { tcpInfo }));
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      this.#whyNoSockDiag = error.message;
      return null;
    }
  }

  async #tryReceiving(): ReturnType<typeof receiveSockDiag> {
    if (this.#whyNoSockDiag !== null || !is64Bit) return null;
    const { libc } = loadLibc();
    if (libc === null) return null;
    try {
      return await this.#place.inside(() => receiveSockDiag(libc, { tcpInfo: true }));
    } catch (error) {
      // Reading it without another thread finds out why, and what else there is to read.
      if (error instanceof EvidenceError) return null;
      throw error;
    }
  }

  #missingInTable(): readonly Missing[] {
    return this.#whyNoSockDiag === null ? [] : missingInProcNetTcp(this.#whyNoSockDiag);
  }

  #missingSettings(): readonly Missing[] {
    const why = this.#place.notEntered;
    return why === null
      ? []
      : [{ fact: 'settings', why: `sysctls of the ${this.namespace.label}: ${why}` }];
  }

  #missingCounters(): readonly Missing[] {
    if (!this.#withoutCounters) return [];
    const why = `neither netstat nor snmp can be read in ${this.#place.procNet}`;
    return [{ fact: 'counters', why }];
  }

  #missingOwners(): readonly Missing[] {
    if (this.#deniedOwners === 0 && process.geteuid?.() === 0) return [];
    const who = this.#deniedOwners === 0 ? '' : ` (${this.#deniedOwners} processes)`;
    return [
      { fact: 'owners-of-other-users', why: `owners of other users' sockets${who}: run as root` },
    ];
  }
}

/** The sockets that somebody may hold. */
function inodesOf(rows: readonly SocketRow[]): readonly number[] {
  const live = rows.filter(({ tcpState }) => tcpState !== 'TIME-WAIT');
  return live.flatMap(({ inode }) => inode || []);
}

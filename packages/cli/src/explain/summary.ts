import type { ConnectionVerdict, Severity } from '@farewell/diagnosis';
import { endpointText } from '../why/parse-target.ts';
import type { EndingKind, Explained } from './explained.ts';

/** What is counted for one server. */
export interface ServerCount {
  readonly server: string;
  connections: number;
  webSockets: number;
  readonly endings: Map<EndingKind, number>;
}

/** Connections with the same verdict. */
export interface VerdictGroup {
  /** Of the first such connection: its figures are an example. */
  readonly example: ConnectionVerdict;
  readonly exampleIndex: number;
  /** How many of them each server has. */
  readonly servers: Map<string, number>;
  count: number;
  severity: Severity;
  confidence: ConnectionVerdict['confidence'];
}

/** So that a capture full of servers cannot take all memory; the others are one. */
const mostServers = 1000;
const otherServers = 'other servers';

const severities: readonly Severity[] = ['problem', 'risk', 'note', 'healthy'];
const confidences = ['certain', 'likely', 'possible'] as const;

/** Counts connections by server, ending and verdict while they come. */
export class Summary {
  readonly #servers = new Map<string, ServerCount>();
  readonly #groups = new Map<string, VerdictGroup>();
  connections = 0;
  webSockets = 0;
  hiddenByTls = 0;
  /** Connections of which packets are missing from the capture. */
  captureLost = 0;

  add(explained: Explained): void {
    const { connection, ending, verdicts } = explained;
    const server = this.#server(endpointText(connection.server.address, connection.server.port));
    const isWebSocket = connection.webSocket !== false;
    this.connections += 1;
    server.connections += 1;
    if (isWebSocket) {
      this.webSockets += 1;
      server.webSockets += 1;
    }
    if (connection.payload === 'tls') this.hiddenByTls += 1;
    if (connection.captureLost) this.captureLost += 1;
    server.endings.set(ending, (server.endings.get(ending) ?? 0) + 1);
    for (const verdict of verdicts) this.#addVerdict(verdict, server.server, connection.index);
  }

  /** The busiest first. */
  servers(): readonly ServerCount[] {
    return [...this.#servers.values()].sort((a, b) => b.connections - a.connections);
  }

  /** By severity, then by how many connections are meant. */
  groups(): readonly VerdictGroup[] {
    const rank = ({ severity }: VerdictGroup): number => severities.indexOf(severity);
    return [...this.#groups.values()].sort((a, b) => rank(a) - rank(b) || b.count - a.count);
  }

  #server(name: string): ServerCount {
    const known = this.#servers.get(name);
    if (known !== undefined) return known;
    const isFull = this.#servers.size >= mostServers && name !== otherServers;
    if (isFull) return this.#server(otherServers);
    const fresh = { server: name, connections: 0, webSockets: 0, endings: new Map() };
    this.#servers.set(name, fresh);
    return fresh;
  }

  #addVerdict(verdict: ConnectionVerdict, server: string, index: number): void {
    const key = `${verdict.id} ${verdict.summary}`;
    const group = this.#groups.get(key);
    if (group === undefined) {
      const { severity, confidence } = verdict;
      const first = { example: verdict, exampleIndex: index, count: 1 };
      const servers = new Map([[server, 1]]);
      this.#groups.set(key, { ...first, servers, severity, confidence });
      return;
    }
    group.count += 1;
    group.servers.set(server, (group.servers.get(server) ?? 0) + 1);
    if (severities.indexOf(verdict.severity) < severities.indexOf(group.severity))
      group.severity = verdict.severity;
    if (confidences.indexOf(verdict.confidence) > confidences.indexOf(group.confidence))
      group.confidence = verdict.confidence;
  }
}

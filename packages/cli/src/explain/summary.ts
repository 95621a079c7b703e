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

  /** `times`: how many connections are counted by this one, which stands for all of them. */
  add(explained: Explained, times = 1): void {
    const { connection, ending, verdicts } = explained;
    const server = this.#server(endpointText(connection.server.address, connection.server.port));
    const isWebSocket = connection.webSocket !== false;
    this.connections += times;
    server.connections += times;
    if (isWebSocket) {
      this.webSockets += times;
      server.webSockets += times;
    }
    if (connection.payload === 'tls') this.hiddenByTls += times;
    if (connection.captureLost) this.captureLost += times;
    server.endings.set(ending, (server.endings.get(ending) ?? 0) + times);
    for (const verdict of verdicts) {
      const group = this.#group(verdict, connection.index);
      group.count += times;
      group.servers.set(server.server, (group.servers.get(server.server) ?? 0) + times);
    }
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

  /** The group of the verdict, which it makes worse, or less sure, if it is. */
  #group(verdict: ConnectionVerdict, index: number): VerdictGroup {
    const key = `${verdict.id} ${verdict.summary}`;
    const { severity, confidence } = verdict;
    const known = this.#groups.get(key);
    if (known === undefined) {
      const first = { example: verdict, exampleIndex: index, count: 0 };
      const fresh = { ...first, servers: new Map(), severity, confidence };
      this.#groups.set(key, fresh);
      return fresh;
    }
    if (severities.indexOf(severity) < severities.indexOf(known.severity))
      known.severity = severity;
    if (confidences.indexOf(confidence) > confidences.indexOf(known.confidence))
      known.confidence = confidence;
    return known;
  }
}

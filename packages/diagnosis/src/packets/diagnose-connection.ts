import type { Severity } from '../verdict.ts';
import type { PacketRule } from './rule.ts';
import { packetRules } from './rules/index.ts';
import type { ConnectionVerdict, ConnectionVerdictId } from './verdict.ts';
import type { WireCase } from './wire-connection.ts';

const allRules: readonly PacketRule[] = Object.values(packetRules);
const severities: readonly Severity[] = ['problem', 'risk', 'note', 'healthy'];

/** Verdicts about Close frames: no surer than it is that the connection is a WebSocket. */
const restOnFrames: ReadonlySet<ConnectionVerdictId> = new Set([
  'close-never-answered',
  'closed-without-close-frame',
  'first-fin-by-client',
  'fin-before-close-reply',
  'data-after-close',
  'crossed-close',
]);

/**
 * What packets say about how one connection ended, the worst first. Pure; never throws. `rules`: those that
 * have something to say, for a caller that knows (`rulesOf`).
 */
export function diagnoseConnection(
  wire: WireCase,
  rules: readonly PacketRule[] = allRules,
): readonly ConnectionVerdict[] {
  const isGuess = wire.connection.webSocket === 'likely';
  const verdicts: ConnectionVerdict[] = [];
  // No flatMap: most rules find nothing, and captures have many connections.
  for (const rule of rules)
    for (const verdict of rule(wire)) verdicts.push(isGuess ? guessed(verdict) : verdict);
  if (verdicts.length < 2) return verdicts;
  return verdicts.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** The rules that gave these verdicts: of a connection that differs in figures alone, no other one speaks. */
export function rulesOf(verdicts: readonly ConnectionVerdict[]): readonly PacketRule[] {
  const spoke = new Set(verdicts.map(({ id }) => packetRules[id]));
  return allRules.filter((rule) => spoke.has(rule));
}

function guessed(verdict: ConnectionVerdict): ConnectionVerdict {
  if (!restOnFrames.has(verdict.id)) return verdict;
  return verdict.confidence === 'certain' ? { ...verdict, confidence: 'likely' } : verdict;
}

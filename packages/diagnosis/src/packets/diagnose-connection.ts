import type { Severity } from '../verdict.ts';
import { packetRules } from './rules/index.ts';
import type { ConnectionVerdict } from './verdict.ts';
import type { WireCase } from './wire-connection.ts';

const rules = Object.values(packetRules);
const severities: readonly Severity[] = ['problem', 'risk', 'note', 'healthy'];

/** What packets say about how one connection ended, the worst first. Pure; never throws. */
export function diagnoseConnection(wire: WireCase): readonly ConnectionVerdict[] {
  const verdicts = rules.flatMap((rule) => rule(wire));
  return verdicts.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

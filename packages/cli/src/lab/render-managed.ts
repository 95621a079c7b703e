import type { Role } from '@farewell/core';
import type { ManagedResult, ScenarioResult, StateCounts } from '@farewell/lab';
import type { LabStyle } from './style.ts';
import { indented, verdictLines } from './verdict-lines.ts';

/** The same fault with farewell: what is left of it, or why there is no such run. */
export function managedLines(result: ScenarioResult, style: LabStyle): string[] {
  const { managed } = result;
  if ('none' in managed) return indented(`with farewell: ${managed.none}`, style);
  const changes = (['client', 'server'] as const).map((end) => change(end, result, managed));
  return [
    ...indented(`with farewell ${places[managed.at]}: ${changes.join(', ')}`, style).map((line) =>
      style.paint('strong', line),
    ),
    ...managed.verdicts.flatMap((verdict) => verdictLines(verdict, style)),
    ...endLines(managed, style),
  ];
}

/** What is left with farewell, as a column has it: at which end which states. */
export function whatIsLeft({ kernel }: ManagedResult): string {
  const [client, server] = [kernel.client, kernel.server].map((counts) =>
    Object.keys(counts).join('/'),
  );
  if (client === server) return client ? `both ${client}` : 'no socket';
  const left = [client && `client ${client}`, server && `server ${server}`];
  return left.filter((text) => text).join(', ');
}

const places = { client: 'at the client', server: 'at the server', both: 'at both ends' } as const;

function change(end: Role, asIs: ScenarioResult, managed: ManagedResult): string {
  return `${end} ${stateText(asIs.kernel[end])} → ${stateText(managed.kernel[end])}`;
}

function stateText(counts: StateCounts): string {
  const states = Object.entries(counts);
  if (states.length === 0) return 'no socket';
  return states
    .map(([tcpState, count]) => (count > 1 ? `${count} ${tcpState}` : tcpState))
    .join(' and ');
}

function endLines({ agrees, disagreements }: ManagedResult, style: LabStyle): string[] {
  if (agrees) return indented('healthy: neither a problem nor a risk', style);
  return disagreements.flatMap((each) =>
    indented(each, style).map((line) => style.paint('problem', line)),
  );
}

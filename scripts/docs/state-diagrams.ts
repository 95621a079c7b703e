import { closingHandshake, readyStateOf, tcpTeardown } from '@farewell/core';

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** docs/state-diagrams.md: the two tables of the core as Mermaid diagrams. Pure: the tables are all it reads. */
export function stateDiagrams(): string {
  const readyStates = Object.entries(readyStateOf).map(
    ([phase, readyState]) => `| ${phase} | ${readyState} |`,
  );
  return `# State diagrams

Generated from the tables of \`@farewell/core\` by \`npm run docs\`. Do not edit.

## The closing handshake, one end (RFC 6455 §7)

From \`closing-handshake.ts\`. TCP may end at any moment; then the connection was not closed cleanly.

${diagram(closingHandshake, 'opening')}

What an application sees as its \`readyState\`:

| phase | readyState |
|---|---|
${readyStates.join('\n')}

## The TCP teardown, one end (RFC 9293 §3.6)

From \`tcp-teardown.ts\`. The other end has the same table. Who sends FIN before having received one goes
through FIN-WAIT-1 and holds TIME-WAIT; who answers goes through CLOSE-WAIT and does not.

${diagram(tcpTeardown, 'ESTABLISHED')}
`;
}

/** Arrows between the same two states are one arrow with all its events. */
function diagram(table: Table, first: string): string {
  const arrows = Object.entries(table).flatMap(([from, row]) => {
    const targets = [...new Set(Object.values(row))];
    return targets.map((to) => `    ${id(from)} --> ${id(to)}: ${eventsTo(row, to)}`);
  });
  const names = Object.keys(table).map((name) => `    state "${name}" as ${id(name)}`);
  const lines = ['stateDiagram-v2', ...names, `    [*] --> ${id(first)}`, ...arrows];
  return `\`\`\`mermaid\n${lines.join('\n')}\n\`\`\``;
}

function eventsTo(row: Readonly<Record<string, string>>, to: string): string {
  const events = Object.entries(row).filter(([, target]) => target === to);
  return events.map(([event]) => event).join(', ');
}

/** Mermaid takes no hyphens in a name. */
function id(name: string): string {
  return name.replaceAll('-', '_');
}

import { allChecks, type CheckInfo, checkGroups, remedyFor } from '@farewell/probe';
import type { Page } from './lab-pages.ts';

/** docs/probe/checks.md: every check of `farewell probe`, from the table that it runs. */
export function probePages(): readonly Page[] {
  return [{ path: 'docs/probe/checks.md', text: page() }];
}

const intro = `# The checks of \`farewell probe\`

Generated from the checks themselves by \`npm run docs\`. How to run them: [probe](../reference/probe.md).

- must: an absolute requirement of the specification on the side that is checked;
- should: a SHOULD of the specification, or the refusal of what it forbids the other side to send;
- practice: what good stacks do where the specification is silent. The bounds of time are no specification's: they
  leave room for the defaults of well-known stacks.
`;

function page(): string {
  const groups = checkGroups.flatMap((group) => [
    `## ${group.charAt(0).toUpperCase()}${group.slice(1)}\n`,
    ...allChecks.filter((check) => check.group === group).map(section),
  ]);
  return [intro, ...groups].join('\n');
}

function section(check: CheckInfo): string {
  const remedy = remedyFor(check.id, null);
  const facts = [
    `- Rule: ${check.title}.`,
    `- Level: ${check.level}, ${check.source}. For ${check.of.map((role) => `${role}s`).join(' and ')}.`,
    `- If not: ${check.consequence}`,
    ...(remedy === null ? [] : [`- Do: ${remedy}`]),
  ];
  return `### ${check.id}\n\n${facts.join('\n')}\n`;
}

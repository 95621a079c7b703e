/**
 * `npm run docs:lab [NAMES]`: runs these scenarios, or all, and writes the runs into their pages. As root, so
 * that the kernel trace is in them. A scenario that does not agree keeps its page, and the exit status is 1.
 */
import { writeFileSync } from 'node:fs';
import {
  drawHops,
  listScenarios,
  type Played,
  runScenarios,
  type ScenarioResult,
} from '@farewell/lab';
import { labPage } from './docs/lab-pages.ts';

const names = process.argv.slice(2);
const scenarios = listScenarios().filter(({ name }) => names.length === 0 || names.includes(name));
for await (const outcome of runScenarios(scenarios.map(({ name }) => name))) {
  const scenario = scenarios.find(
    ({ name }) => outcome.kind === 'ran' && outcome.result.name === name,
  );
  if (outcome.kind === 'ran' && isAsExpected(outcome.result) && scenario !== undefined) {
    const { path, text } = labPage(scenario, runText(outcome.result));
    writeFileSync(path, text);
    process.stdout.write(`wrote ${path}\n`);
  } else {
    process.exitCode = 1;
    process.stderr.write(
      `${JSON.stringify(outcome.kind === 'ran' ? disagreementsOf(outcome.result) : outcome)}\n`,
    );
  }
}

function isAsExpected(result: ScenarioResult): boolean {
  return disagreementsOf(result).length === 0;
}

function disagreementsOf({ disagreements, managed }: ScenarioResult): string[] {
  return [...disagreements, ...('none' in managed ? [] : managed.disagreements)];
}

/** When and where it was, what was seen, what the diagnosis said, and the same with farewell. */
function runText(result: ScenarioResult): string {
  const { kernel, managed } = result;
  const date = new Date().toISOString().slice(0, 10);
  const trace = kernel.trace.read ? 'with the kernel trace' : 'without the kernel trace';
  const parts = [`On ${date}, Linux ${kernel.release}, ${trace}.`, played(result)];
  if (!('none' in managed)) parts.push('With farewell:', played(managed));
  return `\n${parts.join('\n\n')}\n`;
}

/** The diagram and the verdicts. */
function played(result: Played): string {
  const { kernel, verdicts } = result;
  const first =
    kernel.connections > 1 ? [`The first of ${kernel.connections} connections:`, ''] : [];
  const sayings = verdicts.map(({ id, severity, count, summary }) => {
    return `- ${id} (${severity}), ${count} ${count === 1 ? 'socket' : 'sockets'}: ${summary}`;
  });
  if (sayings.length === 0) sayings.push('No verdict.');
  return [...first, '```', ...drawHops(result), '```', '', ...sayings].join('\n');
}
